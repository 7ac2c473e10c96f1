import { expectToHear, Office, recordingOf, TONES } from '../support/office.js';
import { cut, readWav, tonesIn } from '../support/tones.js';
import { until } from '../support/until.js';

const CALLER = '+79161234501';
const ALL = Object.values(TONES);

describe('a call to the company number', () => {
  let office: Office;
  let before = 0;
  /** Calls of this test, ended. */
  const ended = async (count: number) => (await office.system.endedCalls(before + count)).slice(before);

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ ringTimeoutS: 2 });
  }, 90_000);
  beforeEach(async () => {
    before = (await office.system.calls()).length;
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  it('is answered: each hears the other, the recording has the caller left and the manager right', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const ringing = await desk.incoming();
    await call.ringing;
    const manager = await ringing.answer(TONES['101']);
    const caller = await call.answered;
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await caller.audio.listen(1000);
    await caller.hangUp();
    await manager.ended;

    const [row] = await ended(1);
    expect(row).toMatchObject({
      direction: 'inbound',
      companyNumber: '+74950000100',
      outcome: 'answered',
      endedBy: 'client',
      cause: 16,
      manager: { number: '101' },
    });
    const [left, right] = readWav(await recordingOf(office.system, row!));
    const seconds = left!.samples.length / left!.rate;
    expect(seconds).toBeGreaterThan(1.4);
    expect(tonesIn(cut(left!, seconds - 1, seconds - 0.2), ALL)).toEqual([TONES.caller]);
    expect(tonesIn(cut(right!, seconds - 1, seconds - 0.2), ALL)).toEqual([TONES['101']]);
  });

  it('is written down in the order it happened', async () => {
    const desk = await office.manager('102');
    const call = await office.call(CALLER);
    const manager = await (await desk.incoming()).answer(TONES['102']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['102']);
    await manager.hangUp();
    await caller.ended;
    const [row] = await ended(1);
    expect(row).toMatchObject({ outcome: 'answered', endedBy: 'manager', manager: { number: '102' } });
    await recordingOf(office.system, row!);
    const kinds = (await office.system.ledger(row!.id)).map(({ kind }) => kind);
    const story = kinds.filter((kind) => !kind.startsWith('follow-up'));
    expect(story.slice(0, 4)).toEqual(['call.received', 'call.answered', 'call.ended', 'recording.stored']);
  });

  it('rings all three phones, and the two that lose are cancelled', async () => {
    const desks = await office.allManagers();
    const call = await office.call(CALLER);
    const [first, second, third] = await Promise.all(desks.map((desk) => desk.incoming()));
    const manager = await second!.answer(TONES['102']);
    await Promise.all([first!.cancelled, third!.cancelled]);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['102']);
    await caller.hangUp();
    await manager.ended;
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '102' } });
  });

  it('nobody answers: it is missed, and a follow-up is owed, counted, and closed by the next conversation', async () => {
    const client = '+79161234502';
    const desk = await office.manager('101');
    desk.onIncoming(() => undefined);
    expect(await (await office.call(client)).status()).toBe(480);
    const [missed] = await ended(1);
    expect(missed).toMatchObject({
      outcome: 'missed',
      endedBy: 'system',
      cause: 19,
      answeredAt: null,
      manager: null,
    });
    const code = missed!.client!.code;
    const owed = async () => (await office.followUps()).find((one) => one.client.code === code);
    expect(await owed()).toMatchObject({ attempts: 1, firstCallId: missed!.id, closedAt: null });

    expect(await (await office.call(client)).status()).toBe(480);
    const [, second] = await ended(2);
    expect(second!.client!.code).toBe(code);
    expect(await owed()).toMatchObject({
      attempts: 2,
      firstCallId: missed!.id,
      lastCallId: second!.id,
      closedAt: null,
    });

    const other = await office.manager('102');
    const call = await office.call(client);
    const manager = await (await other.incoming()).answer(TONES['102']);
    await (await call.answered).hangUp();
    await manager.ended;
    const [, , third] = await ended(3);
    expect(third).toMatchObject({ outcome: 'answered', ending: 'client-hung-up', client: { code } });
    const closed = await office.system.sql<{ closed_by_call_id: string }>(
      'SELECT closed_by_call_id FROM follow_up WHERE first_call_id = $1',
      [missed!.id],
    );
    expect(closed).toEqual([{ closed_by_call_id: third!.id }]);
  });

  it('everybody is busy: the caller hears busy, and the call is missed', async () => {
    for (const desk of await office.allManagers()) desk.onIncoming((call) => call.refuse(486));
    expect(await (await office.call(CALLER)).status()).toBe(486);
    expect((await ended(1))[0]).toMatchObject({ outcome: 'missed', cause: 17 });
  });

  it('the caller gives up while it rings: it is abandoned, the phones stop, a follow-up is owed', async () => {
    const client = '+79161234503';
    const desk = await office.manager('101');
    const call = await office.call(client);
    const ringing = await desk.incoming();
    await call.ringing;
    call.cancel();
    expect(await call.status()).toBe(487);
    await ringing.cancelled;
    const [row] = await ended(1);
    expect(row).toMatchObject({ outcome: 'abandoned', endedBy: 'client' });
    const code = row!.client!.code;
    expect((await office.followUps()).filter((one) => one.client.code === code)).toHaveLength(1);
  });

  it('no phone is registered: the caller hears the announcement, the call is missed and owed', async () => {
    const client = '+79161234504';
    const call = await office.call(client);
    await until('the caller gets sound before any answer', () => call.audio.packets > 20);
    expect(await call.status()).toBe(480);
    const [row] = await ended(1);
    expect(row).toMatchObject({ outcome: 'missed', cause: 20 });
    expect((await office.followUps()).map((one) => one.client.code)).toContain(row!.client!.code);
  });

  it('the caller hears ringback while the phones ring', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const ringing = await desk.incoming();
    await until('a second of sound', () => call.audio.heard().samples.length > 8000);
    expect(tonesIn(cut(call.audio.heard(), 0.3, 0.9), [425, ...ALL])).toEqual([425]);
    call.cancel();
    await ringing.cancelled;
    await ended(1);
  });

  it.each([
    ['PCMU', 'PCMA'],
    ['PCMA', 'PCMU'],
  ] as const)('joins a caller of %s and a manager of %s', async (callers, managers) => {
    const desk = await office.phone('103', { password: 'secret103', codecs: [managers] });
    await desk.register();
    const carrier = await office.phone('carrier', { codecs: [callers] });
    const call = await carrier.dial('+74950000100', { from: CALLER, toneHz: TONES.caller });
    const manager = await (await desk.incoming()).answer(TONES['103']);
    const caller = await call.answered;
    await Promise.all([expectToHear(caller.audio, TONES['103']), expectToHear(manager.audio, TONES.caller)]);
    await caller.hangUp();
    await manager.ended;
    await desk.register(0);
    await ended(1);
  });

  it('reaches a phone registered over tcp', async () => {
    const desk = await office.phone('103', { password: 'secret103', protocol: 'tcp' });
    expect((await desk.register()).status).toBe(200);
    const call = await office.call(CALLER);
    const manager = await (await desk.incoming()).answer(TONES['103']);
    const caller = await call.answered;
    await Promise.all([expectToHear(caller.audio, TONES['103']), expectToHear(manager.audio, TONES.caller)]);
    await manager.hangUp();
    await caller.ended;
    await desk.register(0);
    expect((await ended(1))[0]).toMatchObject({ outcome: 'answered', endedBy: 'manager' });
  });

  it('a manager holds and takes it back, with sound both ways after', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101']);
    expect(await manager.hold()).toBe('recvonly');
    expect(await manager.resume()).toBe('sendrecv');
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await caller.hangUp();
    await manager.ended;
    await ended(1);
  });

  it('keys pressed by the caller reach the manager as RFC 4733 events', async () => {
    const desk = await office.manager('101');
    const call = await office.call(CALLER);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101']);
    caller.audio.press('1590#');
    await until('all keys have come', () => manager.audio.heardKeys.length >= 5);
    expect(manager.audio.heardKeys).toBe('1590#');
    await caller.hangUp();
    await manager.ended;
    await ended(1);
  });

  it('the same caller is the same client, with one code, and another is another', async () => {
    const codes: string[] = [];
    for (const caller of ['+79161234505', '89161234505', '79161234505', '+79161234506']) {
      const call = await office.call(caller);
      await call.ringing;
      call.cancel();
      await call.status();
      codes.push((await office.lastCall(before + codes.length + 1)).client!.code);
    }
    expect(new Set(codes.slice(0, 3)).size).toBe(1);
    expect(codes[3]).not.toBe(codes[0]);
    for (const code of codes) expect(code).toMatch(/^\d{4,6}$/);
  });
});
