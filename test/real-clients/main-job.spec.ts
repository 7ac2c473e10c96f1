import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Baresip } from '../support/baresip.js';
import { COMPANY_NUMBER, Office, recordingOf } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { sipp, type SippOptions } from '../support/sipp.js';
import { cut, readWav, tonesIn } from '../support/tones.js';
import { until } from '../support/until.js';

const CALLER_HZ = 620;
const MANAGER_HZ = 930;
const OTHERS_HZ = [440, 1000];
const BOTH = [CALLER_HZ, MANAGER_HZ, ...OTHERS_HZ];

describeWith(['sipp', 'baresip', 'sox'], 'SIPp as the carrier, baresip as the managers’ phones', () => {
  let office: Office;
  let before = 0;
  const phones: Baresip[] = [];
  const ended = async (count: number) =>
    (await office.system.endedCalls(before + count, 30_000)).slice(before);

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ ringTimeoutS: 2 });
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.stop()));
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  async function phone(extension: string, options: Partial<Parameters<typeof Baresip.start>[0]> = {}) {
    const { sipPort: port } = office.system;
    const started = await Baresip.start({
      port,
      extension,
      password: `secret${extension}`,
      toneHz: MANAGER_HZ,
      ...options,
    });
    phones.push(started);
    await started.registered();
    return started;
  }

  const call = (scenario: string, options: Partial<SippOptions> = {}) =>
    sipp(scenario, {
      port: office.system.sipPort,
      dial: COMPANY_NUMBER,
      caller: '+79161234601',
      toneHz: CALLER_HZ,
      ...options,
    });

  it.each([
    ['udp', 'udp'],
    ['tcp', 'tcp'],
  ] as const)(
    'carrier over %s, phone over %s: answered, each hears the other, recorded apart',
    async (carrier, desk) => {
      const manager = await phone('101', { transport: desk });
      const calling = call('answered', { transport: carrier, talkMs: 3000 });
      const incoming = await manager.event('CALL_INCOMING');
      expect(`${incoming.peeruri} ${incoming.peerdisplayname}`).not.toMatch(/9161234601/);
      await manager.command('accept');
      await manager.event('CALL_RTPESTAB');
      expect(await calling).toMatchObject({ code: 0, successful: 1, failed: 0 });
      await manager.event('CALL_CLOSED');
      const heard = manager.heard();
      const heardS = heard.samples.length / heard.rate;
      expect(tonesIn(cut(heard, heardS - 1.5, heardS - 0.3), BOTH)).toEqual([CALLER_HZ]);

      const [row] = await ended(1);
      expect(row).toMatchObject({ outcome: 'answered', endedBy: 'client', manager: { number: '101' } });
      const wav = await recordingOf(office.system, row!);
      const [left, right] = readWav(wav);
      const lengthS = left!.samples.length / left!.rate;
      expect(lengthS).toBeGreaterThan(2.5);
      expect(tonesIn(cut(left!, 1, 2.5), BOTH)).toEqual([CALLER_HZ]);
      expect(tonesIn(cut(right!, 1, 2.5), BOTH)).toEqual([MANAGER_HZ]);
      // Another program reads the file the same way.
      const file = join(office.system.dataDir, 'heard.wav');
      writeFileSync(file, wav);
      for (const [channel, hertz] of [
        ['1', CALLER_HZ],
        ['2', MANAGER_HZ],
      ] as const) {
        const { stderr } = spawnSync('sox', [file, '-n', 'remix', channel, 'trim', '1', '1', 'stat'], {
          encoding: 'utf8',
        });
        const rough = Number(/Rough\s+frequency:\s+(\d+)/.exec(stderr)?.[1]);
        expect(Math.abs(rough - hertz)).toBeLessThan(40);
      }
      expect(manager.trace).toMatch(/INVITE sip:101/);
      expect(manager.trace).not.toMatch(/9161234601/);
    },
  );

  it('the manager hangs up: the carrier gets his BYE', async () => {
    const manager = await phone('102');
    const calling = call('answered-manager-hangs-up');
    await manager.event('CALL_INCOMING');
    await manager.command('accept');
    await manager.event('CALL_RTPESTAB');
    await manager.command('hangup');
    expect(await calling).toMatchObject({ code: 0, successful: 1 });
    expect((await ended(1))[0]).toMatchObject({
      outcome: 'answered',
      endedBy: 'manager',
      manager: { number: '102' },
    });
  });

  it('nobody answers: 480, the phone stops ringing, a follow-up is owed', async () => {
    const manager = await phone('101');
    expect(await call('missed', { caller: '+79161234602' })).toMatchObject({ code: 0, successful: 1 });
    await manager.event('CALL_CLOSED');
    const [row] = await ended(1);
    expect(row).toMatchObject({ outcome: 'missed', cause: 19 });
    expect((await office.followUps()).map(({ client }) => client.code)).toContain(row!.client!.code);
  });

  it('the caller gives up: the phone stops ringing, and the call is abandoned', async () => {
    const manager = await phone('101');
    expect(await call('cancelled', { caller: '+79161234603' })).toMatchObject({ code: 0, successful: 1 });
    await manager.event('CALL_CLOSED');
    expect((await ended(1))[0]).toMatchObject({ outcome: 'abandoned', endedBy: 'client' });
  });

  it('the only phone declines: 486 is what busy is called', async () => {
    const manager = await phone('101');
    const calling = call('busy', { caller: '+79161234604' });
    await manager.event('CALL_INCOMING');
    await manager.command('hangup'); // baresip declines with 486 Busy Here
    expect(await calling).toMatchObject({ code: 0, successful: 1 });
    expect((await ended(1))[0]).toMatchObject({ outcome: 'missed', cause: 17 });
  });

  it('a number of nobody: 404', async () => {
    expect(await call('unknown-number', { dial: '+74950000777' })).toMatchObject({ code: 0, successful: 1 });
  });

  it('ten calls at once, three phones that answer: every one is answered, recorded and ended', async () => {
    for (const extension of ['101', '102', '103']) await phone(extension, { answer: 'auto' });
    const result = await call('answered', { calls: 10, rate: 5, talkMs: 2000, limitS: 40 });
    expect(result).toMatchObject({ code: 0, successful: 10, failed: 0 });
    const calls = await ended(10);
    expect(calls.every(({ outcome }) => outcome === 'answered')).toBe(true);
    for (const one of calls) {
      const [left, right] = readWav(await recordingOf(office.system, one));
      expect(tonesIn(cut(left!, 0.7, 1.7), BOTH)).toEqual([CALLER_HZ]);
      expect(tonesIn(cut(right!, 0.7, 1.7), BOTH)).toEqual([MANAGER_HZ]);
    }
  });

  it('a wrong password does not register', async () => {
    const thief = await Baresip.start({ port: office.system.sipPort, extension: '103', password: 'wrong' });
    phones.push(thief);
    await until('baresip is refused', () => /40[13] (Unauthorized|Forbidden)[^]*40[13] /.test(thief.trace));
    const bindings = await office.system.sql('SELECT 1 FROM contact_binding WHERE expires_at > now()');
    expect(bindings).toEqual([]);
  });
});
