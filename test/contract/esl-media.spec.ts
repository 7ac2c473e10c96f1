import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { SipFailure } from '../../src/embedded/sip-stack/index.js';
import { cut, readWav, tonesIn, levelDb, type Sound } from '../support/tones.js';
import { freeUdpRange } from '../support/free-ports.js';
import { describeMounting } from '../support/requirements.js';
import { until } from '../support/until.js';
import { Bench } from './esl-bench.js';
import { Party } from './esl-party.js';

const CLIENT = 600;
const MANAGER = 900;
const SUPERVISOR = 1300;
const RINGBACK = 425;
const ALL = [RINGBACK, CLIENT, MANAGER, SUPERVISOR];

/** Which of the tones of this spec are heard, past the first moments of a change. */
const heard = (sound: Sound) => tonesIn(cut(sound, 0.2, 10), ALL);

describe('the media of the embedded media server', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  it('plays a tone until it is broken off, and nothing to a parked leg', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    await bench.esl.api(`uuid_broadcast ${client.callId} tone_stream://%(1000,0,${RINGBACK});loops=-1 aleg`);
    expect(heard(await client.hear(700))).toEqual([RINGBACK]);
    await bench.esl.api(`uuid_break ${client.callId} all`);
    const stopped = await bench.esl.event('PLAYBACK_STOP', { 'Unique-ID': client.callId });
    expect(stopped['Playback-Status']).toBe('break');
    const before = client.audio.packets;
    await bench.esl.api(`uuid_exists ${client.callId}`);
    expect(client.audio.packets - before).toBeLessThanOrEqual(1);
  });

  it('plays a prompt from the prompts folder to its end', async () => {
    const client = await bench.call();
    await bench.esl.api(`uuid_broadcast ${client.callId} en/goodbye.wav aleg`);
    const sound = await client.hear(600);
    expect(levelDb(sound)).toBeGreaterThan(-40);
    expect((await bench.esl.event('PLAYBACK_STOP'))['Playback-Status']).toBe('done');
  });

  it.each([
    ['PCMA', 'PCMA'],
    ['PCMU', 'PCMU'],
    ['PCMU', 'PCMA'],
  ] as const)('carries both voices of a bridge, %s to %s', async (one, other) => {
    const client = await bench.call({ toneHz: CLIENT, codecs: [one] });
    const manager = await bench.call({ toneHz: MANAGER, codecs: [other] });
    await bench.bridge(client, manager);
    const [atClient, atManager] = await Promise.all([client.hear(600), manager.hear(600)]);
    expect(heard(atClient)).toEqual([MANAGER]);
    expect(heard(atManager)).toEqual([CLIENT]);
  });

  it('answers an INVITE without SDP with an offer and takes the answer from the ACK', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER, late: true });
    await bench.bridge(client, manager);
    expect(heard(await client.hear(600))).toEqual([MANAGER]);
  });

  it('records the client on the left and what he hears on the right, with silence where nothing came', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER, codecs: ['PCMU'] });
    const file = join(bench.folder, 'deep/er', 'call.wav');
    await bench.esl.api(`uuid_setvar ${client.callId} RECORD_STEREO true`);
    expect(await bench.esl.api(`uuid_record ${client.callId} start ${file}`)).toBe('+OK Success\n');
    await client.hear(500);
    await bench.bridge(client, manager);
    await client.hear(600);
    await client.hangUp();
    await bench.ended(client);
    const stop = await bench.esl.event('RECORD_STOP', { 'Record-File-Path': file });
    const [left, right] = readWav(file) as [Sound, Sound];
    expect(heard(left)).toEqual([CLIENT]);
    expect(heard(cut(right, 0.7, 1.1))).toEqual([MANAGER]);
    expect(levelDb(cut(right, 0.1, 0.4))).toBeLessThan(-90);
    expect(Number(stop.variable_record_ms)).toBeGreaterThan(1000);
    expect(left.samples.length / 8).toBeCloseTo(Number(stop.variable_record_ms), -1);
    const names = bench.esl.events
      .filter((one) => one['Unique-ID'] === client.callId)
      .map((one) => one['Event-Name']);
    expect(names.indexOf('RECORD_STOP')).toBeLessThan(names.indexOf('CHANNEL_HANGUP_COMPLETE'));
  });

  it('records as the variables of the order say, and tells them', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const file = join(bench.folder, 'ordered.wav');
    const ordered = '{RECORD_STEREO=true,RECORD_USE_THREAD=false,enable_file_write_buffering=16384}';
    expect(await bench.esl.api(`uuid_record ${client.callId} start ${file} 0 ${ordered}`)).toBe(
      '+OK Success\n',
    );
    await client.hear(700);
    await client.hangUp();
    const stop = await bench.esl.event('RECORD_STOP', { 'Record-File-Path': file });
    expect(stop['Recording-Variable-RECORD_STEREO']).toBe('true');
    expect(stop['Recording-Variable-enable_file_write_buffering']).toBe('16384');
    const [left, right] = readWav(file) as [Sound, Sound];
    expect(heard(left)).toEqual([CLIENT]);
    expect(right.samples).toHaveLength(left.samples.length);
  });

  it('keeps a recording readable while it runs', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const file = join(bench.folder, 'running.wav');
    await bench.esl.api(`uuid_record ${client.callId} start ${file}`);
    await client.hear(1500);
    const sound = await until('a second in the file', () => {
      const [mono] = readWav(file);
      return mono && mono.samples.length > 2000 ? mono : undefined;
    });
    expect(heard(sound)).toEqual([CLIENT]);
  });

  it('lets the supervisor listen, whisper to the manager alone, and barge in; the whisper is in no recording', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER });
    const supervisor = await bench.call({ toneHz: SUPERVISOR });
    const file = join(bench.folder, 'whispered.wav');
    await bench.esl.api(`uuid_setvar ${client.callId} RECORD_STEREO true`);
    await bench.bridge(client, manager);
    await bench.esl.api(`uuid_record ${client.callId} start ${file}`);
    await bench.esl.execute(supervisor.callId, 'set', 'eavesdrop_enable_dtmf=false');
    await bench.esl.execute(supervisor.callId, 'eavesdrop', manager.callId);
    const all = async () => {
      const sounds = await Promise.all([client, manager, supervisor].map((party) => party.hear(700)));
      return sounds.map(heard);
    };
    const mode = (command: string) =>
      bench.esl.send(
        `sendevent CUSTOM\nEvent-Subclass: linekeeper::eavesdrop\nUnique-ID: ${supervisor.callId}\neavesdrop-command: ${command}`,
      );
    expect(await all()).toEqual([[MANAGER], [CLIENT], [CLIENT, MANAGER]]);
    await mode('2');
    expect(await all()).toEqual([[MANAGER], [CLIENT, SUPERVISOR], [CLIENT, MANAGER]]);
    await bench.esl.api(`uuid_record ${client.callId} stop ${file}`);
    await mode('3');
    expect(await all()).toEqual([
      [MANAGER, SUPERVISOR],
      [CLIENT, SUPERVISOR],
      [CLIENT, MANAGER],
    ]);
    await mode('0');
    expect(await all()).toEqual([[MANAGER], [CLIENT], [CLIENT, MANAGER]]);
    await mode('*');
    await bench.esl.event('CHANNEL_EXECUTE_COMPLETE', { Application: 'eavesdrop' });
    expect(await bench.esl.api(`uuid_exists ${supervisor.callId}`)).toBe('true');
    const [left, right] = readWav(file) as [Sound, Sound];
    expect([heard(left), heard(right)]).toEqual([[CLIENT], [MANAGER]]);
  }, 15_000);

  it('keeps both sides silent while one holds, and takes up again', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER });
    await bench.bridge(client, manager);
    expect(await manager.modify('sendonly')).toBe('recvonly');
    await bench.esl.event('CHANNEL_HOLD', { 'Unique-ID': manager.callId });
    expect([heard(await client.hear(400)), heard(await manager.hear(400))]).toEqual([[], []]);
    expect(await manager.modify('sendrecv')).toBe('sendrecv');
    await bench.esl.event('CHANNEL_UNHOLD', { 'Unique-ID': manager.callId });
    const [atClient, atManager] = await Promise.all([client.hear(600), manager.hear(600)]);
    expect([heard(atClient), heard(atManager)]).toEqual([[MANAGER], [CLIENT]]);
  });

  it('puts a party on hold itself, by re-INVITE', async () => {
    const client = await bench.call();
    await bench.esl.api(`uuid_hold ${client.callId}`);
    await until('the re-INVITE', () => client.reinvites.length === 1);
    expect(client.reinvites[0]!.text).toContain('a=sendonly');
    await bench.esl.api(`uuid_hold off ${client.callId}`);
    await until('the second re-INVITE', () => client.reinvites.length === 2);
    expect(client.reinvites[1]!.text).not.toContain('a=sendonly');
  });

  it('passes keys across a bridge and tells each once; sends keys of its own', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER });
    await bench.bridge(client, manager);
    client.audio.press('5#');
    await until('the keys at the manager', () => manager.audio.heardKeys === '5#');
    await bench.esl.event('DTMF', { 'DTMF-Digit': '#' });
    const told = bench.esl.events.filter((event) => event['Event-Name'] === 'DTMF');
    expect(told.map((event) => [event['Unique-ID'], event['DTMF-Digit'], event['DTMF-Source']])).toEqual([
      [client.callId, '5', 'RTP'],
      [client.callId, '#', 'RTP'],
    ]);
    await bench.esl.api(`uuid_send_dtmf ${client.callId} 19@120`);
    await until('the keys at the client', () => client.audio.heardKeys === '19');
  });

  it('asks for digits, and stops at the terminator or when time is up', async () => {
    const client = await bench.call();
    const ask = (more: string) =>
      bench.esl.execute(
        client.callId,
        'play_and_get_digits',
        `1 6 1 ${more} # tone_stream://%(2000,0,${RINGBACK}) silence_stream://20 code \\\\d+`,
        `Event-UUID: ask-${more}`,
      );
    await ask('3000');
    await bench.esl.event('PLAYBACK_START');
    client.audio.press('4711#');
    await bench.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'ask-3000' });
    expect(await bench.esl.api(`uuid_getvar ${client.callId} code`)).toBe('4711');
    await ask('100');
    client.audio.press('#');
    await bench.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'ask-100' });
    expect(await bench.esl.api(`uuid_getvar ${client.callId} code`)).toBe('_undef_');
  });

  it('goes on with the other leg parked when park_after_bridge says so, and bridges it anew', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const first = await bench.call({ toneHz: MANAGER });
    const second = await bench.call({ toneHz: SUPERVISOR });
    await bench.esl.api(`uuid_setvar ${client.callId} park_after_bridge true`);
    await bench.bridge(client, first);
    expect(heard(await client.hear(500))).toEqual([MANAGER]);
    await first.hangUp();
    await bench.esl.event('CHANNEL_UNBRIDGE', { 'Unique-ID': client.callId });
    await bench.bridge(client, second);
    expect(heard(await client.hear(500))).toEqual([SUPERVISOR]);
    await second.hangUp();
    await bench.ended(second);
    expect(client.ended).toBeUndefined();
  });

  it('takes a transfer: a third leg in the place of the second, in one recording', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const first = await bench.call({ toneHz: MANAGER });
    const second = await bench.call({ toneHz: SUPERVISOR });
    const file = join(bench.folder, 'transfer.wav');
    await bench.esl.api(`uuid_setvar ${client.callId} RECORD_STEREO true`);
    await bench.esl.api(`uuid_record ${client.callId} start ${file}`);
    await bench.bridge(client, first);
    await client.hear(600);
    await bench.bridge(client, second);
    await client.hear(600);
    await bench.ended(first);
    await bench.esl.api(`uuid_record ${client.callId} stop ${file}`);
    await bench.esl.event('RECORD_STOP');
    const [, right] = readWav(file) as [Sound, Sound];
    const whole = right.samples.length / 8000;
    expect(heard(cut(right, 0, 0.5))).toEqual([MANAGER]);
    expect(heard(cut(right, whole - 0.6, whole))).toEqual([SUPERVISOR]);
  });

  it('says why it hangs up, in the BYE and in the event', async () => {
    const client = await bench.call();
    await bench.esl.api(`uuid_kill ${client.callId} USER_BUSY`);
    expect((await bench.ended(client))['Hangup-Cause']).toBe('USER_BUSY');
    await until('the BYE', () => client.ended !== undefined);
    expect(client.ended?.request?.get('reason')).toBe('Q.850;cause=17;text="USER_BUSY"');
  });

  it("lets nobody else speak in a party's place", async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER });
    await bench.bridge(client, manager);
    await manager.hear(100);
    const port = Number(/^m=audio (\d+)/m.exec(client.sdp)?.[1]);
    const stranger = createSocket('udp4');
    for (let n = 0; n < 50; n++) {
      const packet = Buffer.alloc(172, 0x2a);
      packet.writeUInt32BE(0x80080000 + n, 0);
      stranger.send(packet, port, '127.0.0.1');
    }
    expect(heard(await manager.hear(500))).toEqual([CLIENT]);
    expect(levelDb(await manager.hear(300))).toBeLessThan(-8);
    stranger.close();
  });

  it('does not record on a disk that is full at the start', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const file = join(bench.folder, 'full.wav');
    symlinkSync('/dev/full', file);
    const reply = await bench.esl.api(`uuid_record ${client.callId} start ${file}`);
    expect(reply).toBe('-ERR Cannot record session!\n');
    expect(client.ended).toBeUndefined();
  });

  describeMounting('a disk that fills up', () => {
    it('goes on with the call when the disk fills up, and says why the recording ended', async () => {
      const client = await bench.call({ toneHz: CLIENT });
      const manager = await bench.call({ toneHz: MANAGER });
      const disk = join(bench.folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
      try {
        const file = join(disk, 'call.wav');
        await bench.bridge(client, manager);
        await bench.esl.api(`uuid_setvar ${client.callId} RECORD_STEREO true`);
        expect(await bench.esl.api(`uuid_record ${client.callId} start ${file}`)).toBe('+OK Success\n');
        const stop = await bench.esl.event('RECORD_STOP', {}, 10_000);
        expect([stop['Record-Completion-Cause'], stop['Record-Error']]).toEqual(['uri-failure', 'ENOSPC']);
        expect(heard(await client.hear(500))).toEqual([MANAGER]);
        const [left, right] = readWav(file) as [Sound, Sound];
        expect([heard(left), heard(right)]).toEqual([[CLIENT], [MANAGER]]);
      } finally {
        execFileSync('umount', [disk]);
      }
    }, 15_000);
  });
});

describe('bad calls to the embedded media server', () => {
  const refusal = async (bench: Bench, options: Parameters<typeof Party.call>[1]) => {
    try {
      const party = await Party.call(bench.server.sipPort, options);
      await party.hangUp();
      await party.close();
      return 200;
    } catch (error) {
      if (error instanceof SipFailure) return error.status;
      throw error;
    }
  };
  const sdp = (media: string) =>
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n${media}\r\n`;

  it.each([
    [400, 'no SDP at all', 'garbage'],
    [488, 'no codec in common', sdp('m=audio 4000 RTP/AVP 18')],
    [488, 'video alone', sdp('m=video 4000 RTP/AVP 34')],
    [488, 'audio switched off', sdp('m=audio 0 RTP/AVP 8')],
    [
      488,
      'a host name in the place of an address',
      sdp('m=audio 4000 RTP/AVP 8').replaceAll('127.0.0.1', 'a.example'),
    ],
  ])('answers %i to %s', async (status, _what, body) => {
    const bench = await Bench.open();
    expect(await refusal(bench, { sdp: body })).toBe(status);
    await bench.close();
  });

  it('answers 503 past its channel limit and takes calls again after', async () => {
    const bench = await Bench.open({ maxChannels: 1 });
    const only = await bench.call();
    expect(await refusal(bench, {})).toBe(503);
    await only.hangUp();
    await bench.ended(only);
    expect(await refusal(bench, {})).toBe(200);
    await bench.close();
  });

  it('answers 503 when its RTP ports are used up', async () => {
    const first = await freeUdpRange(4);
    const bench = await Bench.open({ rtpPorts: [first, first + 3] });
    await bench.call();
    await bench.call();
    expect(await refusal(bench, {})).toBe(503);
    await bench.close();
  });

  it('ends a bridged leg without sound as MEDIA_TIMEOUT, whether it never spoke or fell silent; one that is held or waits lives', async () => {
    const bench = await Bench.open({ rtpTimeoutS: 1 });
    const [mute, silent, held, waiting] = [
      await bench.call(),
      await bench.call(),
      await bench.call(),
      await bench.call(),
    ];
    for (const party of [mute, silent]) {
      const other = await bench.call();
      await bench.esl.api(`uuid_bridge ${party.callId} ${other.callId}`);
    }
    waiting.audio.pause();
    mute.audio.pause();
    await held.modify('inactive');
    held.audio.pause();
    await silent.hear(300);
    silent.audio.pause();
    for (const party of [mute, silent]) {
      expect((await bench.ended(party))['Hangup-Cause']).toBe('MEDIA_TIMEOUT');
      await until('the BYE', () => party.ended !== undefined);
      expect(party.ended?.request?.get('reason')).toBe('SIP;cause=804;text="MEDIA_TIMEOUT"');
    }
    for (const party of [held, waiting]) {
      expect(await bench.esl.api(`uuid_exists ${party.callId}`)).toBe('true');
    }
    await bench.close();
  }, 15_000);
});
