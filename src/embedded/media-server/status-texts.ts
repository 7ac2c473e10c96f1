import type { Channel } from './channel.js';
import { localDate, type Headers } from './esl-event.js';
import type { MediaServerState } from './server-state.js';

/** Programs read a version of FreeSWITCH's form; ours names itself. */
export const VERSION = '1.11.2-linekeeper-embedded (64bit)';
/** The name of the SIP profile, and the one older configurations look for. */
export const PROFILES = ['linekeeper', 'drachtio_mrf'] as const;

const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

export function uptimeText(ms: number): string {
  const parts: [number, string][] = [
    [Math.floor(ms / 31_536_000_000), 'year'],
    [Math.floor(ms / 86_400_000) % 365, 'day'],
    [Math.floor(ms / 3_600_000) % 24, 'hour'],
    [Math.floor(ms / 60_000) % 60, 'minute'],
    [Math.floor(ms / 1000) % 60, 'second'],
    [ms % 1000, 'millisecond'],
    [0, 'microsecond'],
  ];
  return parts.map(([count, unit]) => plural(count, unit)).join(', ');
}

export function serverStatus({ startedAt, channels, sessionsPerSecond }: MediaServerState): string {
  return [
    `UP ${uptimeText(Date.now() - startedAt)}`,
    `FreeSWITCH (Version ${VERSION}) is ready`,
    `${channels.sinceStart} session(s) since startup`,
    `${channels.size} session(s) - peak ${channels.peak}, last 5min ${channels.peak} `,
    `${channels.perSecond} session(s) per Sec out of max ${sessionsPerSecond}, peak ${channels.perSecond}, last 5min ${channels.perSecond} `,
    `${channels.limit} session(s) max`,
    'min idle cpu 0.00/100.00',
    'Current Stack Size/Max 240K/8192K',
    '',
  ].join('\n');
}

export function sofiaStatus({ sip, channels }: MediaServerState): string {
  const bar = '='.repeat(97);
  const rows = PROFILES.map(
    (name) =>
      `${name.padStart(25)}\t${'profile'}\t${`sip:mod_sofia@${sip.ip}:${sip.port}`.padStart(42)}\tRUNNING (${channels.size})`,
  );
  const head = `${'Name'.padStart(25)}\t${'Type'.padStart(7)}\t${'Data'.padStart(42)}\tState`;
  return [head, bar, ...rows, bar, `${rows.length} profiles 0 aliases`, ''].join('\n');
}

function columns(channel: Channel): [string, string][] {
  const codec = channel.media.codec.name;
  const { currentApplication: application, party } = channel;
  return [
    ['uuid', channel.uuid],
    ['direction', 'inbound'],
    ['created', localDate(new Date(channel.times.created))],
    ['created_epoch', String(Math.floor(channel.times.created / 1000))],
    ['name', channel.name],
    ['state', channel.state],
    ['cid_name', party.callerName],
    ['cid_num', party.callerUser],
    ['ip_addr', party.networkIp],
    ['dest', party.destination],
    ['application', application?.application ?? (channel.peer ? 'uuid_bridge' : 'park')],
    ['application_data', application?.argument ?? channel.peer?.uuid ?? ''],
    ['dialplan', 'XML'],
    ['context', 'public'],
    ['read_codec', codec],
    ['read_rate', '8000'],
    ['read_bit_rate', '64000'],
    ['write_codec', codec],
    ['write_rate', '8000'],
    ['write_bit_rate', '64000'],
    ['secure', ''],
    ['hostname', 'linekeeper'],
    ['callstate', channel.callState],
    ['call_uuid', channel.isBridgeOwner || !channel.peer ? channel.uuid : channel.peer.uuid],
  ];
}

/** show channels|calls [count|as json] */
export function showCommand(args: string, { channels }: MediaServerState): string {
  const [what = '', ...rest] = args.trim().split(/ +/);
  if (!['channels', 'calls', 'bridged_calls'].includes(what))
    return '-USAGE: channels|calls [count] [as json]\n';
  const chosen =
    what === 'bridged_calls'
      ? [...channels].filter((one) => one.peer && one.isBridgeOwner)
      : callsOrChannels();
  if (rest[0] === 'count') {
    return rest.includes('json') ? `{"row_count": ${chosen.length}}\n` : `\n${chosen.length} total.\n`;
  }
  const rows = chosen.map(columns);
  if (rest.includes('json')) {
    if (rows.length === 0) return '{"row_count": 0}\n';
    return JSON.stringify({ row_count: rows.length, rows: rows.map((row) => Object.fromEntries(row)) });
  }
  const lines = rows.map((row) => row.map(([, value]) => value).join(','));
  const head = rows[0] ? [rows[0].map(([name]) => name).join(',')] : [];
  return `${[...head, ...lines, ''].join('\n')}\n${rows.length} total.\n`;

  function callsOrChannels(): Channel[] {
    // A bridge is one call, whoever is named first.
    return what === 'calls' ? [...channels].filter((one) => !one.peer || one.isBridgeOwner) : [...channels];
  }
}

/** The headers of HEARTBEAT. */
export function heartbeat(
  { startedAt, channels, sessionsPerSecond }: MediaServerState,
  idleCpu: number,
): Headers {
  const up = Date.now() - startedAt;
  return [
    ['Event-Info', 'System Ready'],
    ['Up-Time', uptimeText(up)],
    ['FreeSWITCH-Version', VERSION],
    ['Uptime-msec', String(up)],
    ['Session-Count', String(channels.size)],
    ['Max-Sessions', String(channels.limit)],
    ['Session-Per-Sec', String(sessionsPerSecond)],
    ['Session-Per-Sec-Last', String(channels.perSecond)],
    ['Session-Per-Sec-Max', String(channels.perSecond)],
    ['Session-Per-Sec-FiveMin', String(channels.perSecond)],
    ['Session-Since-Startup', String(channels.sinceStart)],
    ['Session-Peak-Max', String(channels.peak)],
    ['Session-Peak-FiveMin', String(channels.peak)],
    ['Idle-CPU', idleCpu.toFixed(6)],
  ];
}
