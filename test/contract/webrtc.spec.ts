import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { classes, Message, methods } from 'werift';
import type { SipFailure } from '../../src/embedded/sip-stack/index.js';
import { cut, readWav, tonesIn, type Sound } from '../support/tones.js';
import { until } from '../support/until.js';
import { builtMediaServer } from './built-media-server.js';
import { Bench } from './esl-bench.js';

const CLIENT = 600;
const MANAGER = 900;
const SUPERVISOR = 1300;
const RINGBACK = 425;
const ALL = [RINGBACK, CLIENT, MANAGER, SUPERVISOR];

/** Which of the tones of this spec are heard, past the first moments of a change. */
const heard = (sound: Sound) => tonesIn(cut(sound, 0.2, 10), ALL);

describe('a browser at the embedded media server', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open({}, await builtMediaServer());
  });
  afterEach(() => bench.close(), 10_000);

  it.each([
    ['offers', false],
    ['answers our offer', true],
  ])(
    'is bridged to a phone, both voices, when it %s',
    async (_, late) => {
      const browser = await bench.call({ toneHz: CLIENT, browser: true, late });
      const phone = await bench.call({ toneHz: MANAGER, codecs: ['PCMU'] });
      await bench.bridge(browser, phone);
      const [atBrowser, atPhone] = await Promise.all([browser.hear(600), phone.hear(600)]);
      expect([heard(atBrowser), heard(atPhone)]).toEqual([[MANAGER], [CLIENT]]);
    },
    15_000,
  );

  it('is recorded on its own channel, and hears tones and prompts', async () => {
    const browser = await bench.call({ toneHz: CLIENT, browser: true });
    const phone = await bench.call({ toneHz: MANAGER });
    const file = join(bench.folder, 'browser.wav');
    await bench.esl.api(`uuid_broadcast ${browser.callId} tone_stream://%(1000,0,${RINGBACK});loops=-1 aleg`);
    expect(heard(await browser.hear(600))).toEqual([RINGBACK]);
    await bench.esl.api(`uuid_break ${browser.callId} all`);
    await bench.esl.api(`uuid_setvar ${browser.callId} RECORD_STEREO true`);
    await bench.esl.api(`uuid_record ${browser.callId} start ${file}`);
    await bench.bridge(browser, phone);
    await browser.hear(700);
    await browser.hangUp();
    await bench.ended(browser);
    const [left, right] = readWav(file) as [Sound, Sound];
    expect([heard(left), heard(right)]).toEqual([[CLIENT], [MANAGER]]);
  }, 15_000);

  it('listens to a call, and whispers to the manager alone', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const manager = await bench.call({ toneHz: MANAGER, browser: true, late: true });
    const supervisor = await bench.call({ toneHz: SUPERVISOR, browser: true });
    await bench.bridge(client, manager);
    await bench.esl.execute(supervisor.callId, 'eavesdrop', manager.callId);
    const all = async () => {
      const sounds = await Promise.all([client, manager, supervisor].map((party) => party.hear(800)));
      return sounds.map(heard);
    };
    expect(await all()).toEqual([[MANAGER], [CLIENT], [CLIENT, MANAGER]]);
    await bench.esl.send(
      `sendevent CUSTOM\nEvent-Subclass: linekeeper::eavesdrop\nUnique-ID: ${supervisor.callId}\neavesdrop-command: 2`,
    );
    expect(await all()).toEqual([[MANAGER], [CLIENT, SUPERVISOR], [CLIENT, MANAGER]]);
  }, 20_000);

  it('sends and hears keys, and its keys are told', async () => {
    const browser = await bench.call({ toneHz: CLIENT, browser: true });
    const phone = await bench.call({ toneHz: MANAGER });
    await bench.bridge(browser, phone);
    browser.audio.press('5#');
    await until('the keys at the phone', () => phone.audio.heardKeys === '5#');
    await bench.esl.event('DTMF', { 'DTMF-Digit': '#', 'Unique-ID': browser.callId });
    phone.audio.press('71');
    await until('the keys at the browser', () => browser.audio.heardKeys === '71');
  }, 15_000);

  it('holds and takes up again', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const browser = await bench.call({ toneHz: MANAGER, browser: true });
    await bench.bridge(client, browser);
    expect(await browser.modify('sendonly')).toBe('recvonly');
    await bench.esl.event('CHANNEL_HOLD', { 'Unique-ID': browser.callId });
    expect([heard(await client.hear(400)), heard(await browser.hear(400))]).toEqual([[], []]);
    expect(await browser.modify('sendrecv')).toBe('sendrecv');
    const [atClient, atBrowser] = await Promise.all([client.hear(600), browser.hear(600)]);
    expect([heard(atClient), heard(atBrowser)]).toEqual([[MANAGER], [CLIENT]]);
  }, 15_000);

  it('rings first and is joined later: our offer is answered by a placeholder, then by its own description', async () => {
    const client = await bench.call({ toneHz: CLIENT });
    const browser = await bench.call({ toneHz: MANAGER, browser: true, late: true, placeholder: true });
    await bench.bridge(client, browser);
    const [atClient, atBrowser] = await Promise.all([client.hear(600), browser.hear(600)]);
    expect([heard(atClient), heard(atBrowser)]).toEqual([[MANAGER], [CLIENT]]);
  }, 15_000);

  it.each([
    ['that asks to be the chosen way', true],
    ['that is a plain check', false],
  ])(
    'is reached all the same after a spoofed STUN packet %s',
    async (_, useCandidate) => {
      let answered = false;
      const stranger = createSocket('udp4').on('message', () => (answered = true));
      const browser = await bench.call({
        toneHz: CLIENT,
        browser: true,
        beforeIce: async (sdp) => {
          const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
          const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
          const spoofed = new Message(methods.BINDING, classes.REQUEST)
            .setAttribute('USERNAME', `${ufrag}:abcd`)
            .setAttribute('PRIORITY', 1)
            .setAttribute('ICE-CONTROLLING', 2n ** 64n - 1n);
          if (useCandidate) spoofed.setAttribute('USE-CANDIDATE', null);
          spoofed.addMessageIntegrity(Buffer.from('not the password')).addFingerprint();
          await new Promise((resolve) => stranger.send(spoofed.bytes, port, '127.0.0.1', resolve));
          // DTLS from the same place: a ClientHello that would begin another handshake.
          await new Promise((resolve) =>
            stranger.send(Buffer.from([22, 254, 253]), port, '127.0.0.1', resolve),
          );
        },
      });
      const phone = await bench.call({ toneHz: MANAGER });
      await bench.bridge(browser, phone);
      const [atBrowser, atPhone] = await Promise.all([browser.hear(600), phone.hear(600)]);
      expect([heard(atBrowser), heard(atPhone)]).toEqual([[MANAGER], [CLIENT]]);
      expect(answered).toBe(false);
      stranger.close();
    },
    15_000,
  );

  it('is refused without ICE and DTLS', async () => {
    const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
    const body = [...sdp, 'm=audio 4000 UDP/TLS/RTP/SAVPF 0', ''].join('\r\n');
    await expect(bench.call({ sdp: body })).rejects.toMatchObject({
      status: 488,
    } satisfies Partial<SipFailure>);
  });
});
