import type { Channel, ChannelState } from './channel.js';
import type { Headers } from './esl-event.js';

/** Channel-State-Number of each state. */
const STATE_NUMBER: Record<ChannelState, string> = {
  CS_INIT: '2',
  CS_EXECUTE: '4',
  CS_SOFT_EXECUTE: '3',
  CS_HANGUP: '10',
  CS_REPORTING: '11',
};

/** Microseconds as FreeSWITCH writes them; 0: has not happened. */
const micros = (ms: number) => (ms === 0 ? '0' : `${ms}000`);

/** Caller-… or Other-Leg-…: one party's profile. */
function profile(channel: Channel, prefix: 'Caller' | 'Other-Leg'): Headers {
  const { times, party } = channel;
  return (
    [
      ['Direction', 'inbound'],
      ['Logical-Direction', 'inbound'],
      ['Username', party.callerUser],
      ['Dialplan', 'XML'],
      ['Caller-ID-Name', party.callerName],
      ['Caller-ID-Number', party.callerUser],
      ['Orig-Caller-ID-Name', party.callerName],
      ['Orig-Caller-ID-Number', party.callerUser],
      ['Network-Addr', party.networkIp],
      ['ANI', party.callerUser],
      ['Destination-Number', party.destination],
      ['Unique-ID', channel.uuid],
      ['Source', 'mod_sofia'],
      ['Context', 'public'],
      ['Channel-Name', channel.name],
      ...(prefix === 'Caller' ? [['Profile-Index', '1'] as [string, string]] : []),
      ['Profile-Created-Time', micros(times.created)],
      ['Channel-Created-Time', micros(times.created)],
      ['Channel-Answered-Time', micros(times.answered)],
      ['Channel-Progress-Time', '0'],
      ['Channel-Progress-Media-Time', '0'],
      ['Channel-Hangup-Time', micros(times.hangup)],
      ['Channel-Transfer-Time', '0'],
      ['Channel-Resurrect-Time', '0'],
      ['Channel-Bridged-Time', micros(times.bridged)],
      ['Channel-Last-Hold', micros(times.lastHold)],
      ['Channel-Hold-Accum', '0'],
      ['Screen-Bit', 'true'],
      ['Privacy-Hide-Name', 'false'],
      ['Privacy-Hide-Number', 'false'],
    ] as Headers
  ).map(([name, value]) => [`${prefix}-${name}`, value]);
}

/** What every event of a channel says of it. */
export function channelHeaders(channel: Channel): Headers {
  const codec = channel.media.codec.name;
  return [
    ...(channel.hangupCause ? ([['Hangup-Cause', channel.hangupCause]] as Headers) : []),
    ['Channel-State', channel.state],
    ['Channel-Call-State', channel.callState],
    ['Channel-State-Number', STATE_NUMBER[channel.state]],
    ['Channel-Name', channel.name],
    ['Unique-ID', channel.uuid],
    ['Call-Direction', 'inbound'],
    ['Presence-Call-Direction', 'inbound'],
    ['Channel-HIT-Dialplan', 'true'],
    ['Channel-Call-UUID', channel.uuid],
    ['Answer-State', channel.answerState],
    ['Channel-Read-Codec-Name', codec],
    ['Channel-Read-Codec-Rate', '8000'],
    ['Channel-Read-Codec-Bit-Rate', '64000'],
    ['Channel-Write-Codec-Name', codec],
    ['Channel-Write-Codec-Rate', '8000'],
    ['Channel-Write-Codec-Bit-Rate', '64000'],
    ...profile(channel, 'Caller'),
    ...(channel.peer
      ? ([
          ['Other-Type', channel.isBridgeOwner ? 'originatee' : 'originator'],
          ...profile(channel.peer, 'Other-Leg'),
        ] as Headers)
      : []),
  ];
}

export function variableHeaders(channel: Channel): Headers {
  return [...channel.variables].map(([name, value]) => [`variable_${name}`, value]);
}

/** The times of a call that ended, as variables. */
export function endingVariables(channel: Channel, cause: string, q850: number): Headers {
  const { created, answered, bridged, hangup } = channel.times;
  const seconds = (ms: number) => String(Math.max(0, Math.floor(ms / 1000)));
  const counts = channel.media.path.counts;
  const epoch = (ms: number) => (ms === 0 ? '0' : seconds(ms));
  return [
    ['hangup_cause', cause],
    ['hangup_cause_q850', String(q850)],
    ['start_epoch', epoch(created)],
    ['start_uepoch', micros(created)],
    ['answer_epoch', epoch(answered)],
    ['answer_uepoch', micros(answered)],
    ['bridge_epoch', epoch(bridged)],
    ['bridge_uepoch', micros(bridged)],
    ['end_epoch', epoch(hangup)],
    ['end_uepoch', micros(hangup)],
    ['duration', seconds(hangup - created)],
    ['billsec', answered === 0 ? '0' : seconds(hangup - answered)],
    ['mduration', String(hangup - created)],
    ['billmsec', answered === 0 ? '0' : String(hangup - answered)],
    ['sip_hangup_disposition', channel.endedByParty ? 'recv_bye' : 'send_bye'],
    ['rtp_audio_in_raw_bytes', String(counts.bytesIn)],
    ['rtp_audio_in_media_bytes', String(counts.bytesIn)],
    ['rtp_audio_in_packet_count', String(counts.packetsIn)],
    ['rtp_audio_in_media_packet_count', String(counts.packetsIn)],
    ['rtp_audio_out_raw_bytes', String(counts.bytesOut)],
    ['rtp_audio_out_media_bytes', String(counts.bytesOut)],
    ['rtp_audio_out_packet_count', String(counts.packetsOut)],
    ['rtp_audio_out_media_packet_count', String(counts.packetsOut)],
  ];
}
