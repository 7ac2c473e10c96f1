import type { Conversation } from '../../src/simulate/conversation.js';
import type { Phone } from '../../src/simulate/phone.js';
import { TONES, type Office } from '../support/office.js';
import { BEEP, HEARD, SUPERVISOR, SupervisorOffice } from '../support/supervisor-office.js';
import { readWav, tonesIn, type Sound } from '../support/tones.js';
import { until } from '../support/until.js';
import { Watcher } from '../support/watcher.js';

describe('a supervisor', () => {
  let at: SupervisorOffice;
  let office: Office;
  let phone: Phone;

  beforeAll(async () => {
    at = await SupervisorOffice.open();
    ({ office, phone } = at);
  }, 90_000);
  beforeEach(() => at.begin());
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => at?.close());

  const talk = () => at.talk();
  const expectSound = (heard: [Conversation, number[]][]) => at.expectSound(heard);
  const supervision = (method: string, body?: object) => at.supervision(method, body);

  /** The tones of each fifth of a second. */
  function inPieces({ samples, rate }: Sound): number[][] {
    const piece = rate / 5;
    return Array.from({ length: Math.floor(samples.length / piece) }, (_, at) =>
      tonesIn({ samples: samples.subarray(at * piece, (at + 1) * piece), rate }, HEARD),
    );
  }
  const same = (a: number[], b: number[]) => [...a].sort().join() === [...b].sort().join();

  /** Every start has its end in the ledger. */
  const bothWritten = (id: string, times?: number) =>
    until('the ends are written', async () => {
      const kinds = (await office.system.ledger(id)).map(({ kind }) => kind);
      const count = (name: string) => kinds.filter((kind) => kind === name).length;
      const [started, ended] = [count('supervision.started'), count('supervision.ended')];
      return started === ended && (times === undefined || started === times);
    });

  it('listens, whispers to the manager alone, and barges in; neither whisper nor listener is in the recording', async () => {
    const { id, client, manager } = await talk();
    expect(
      (await office.system.api('POST', `/calls/${id}/supervise`, { mode: 'listen' }, { as: 'sofia' })).status,
    ).toBe(204);
    const sofia = await (await phone.incoming()).answer(SUPERVISOR);
    const [c, m] = [TONES.caller, TONES['101']];
    await expectSound([
      [sofia, [c, m]],
      [client, [m]],
      [manager, [c]],
    ]);
    sofia.audio.press('123'); // FreeSWITCH's own keys for whispering and barging in
    await sofia.audio.listen(600);
    await expectSound([
      [manager, [c]],
      [client, [m]],
    ]);
    expect((await supervision('PATCH', { mode: 'whisper' })).status).toBe(200);
    await expectSound([
      [manager, [c, SUPERVISOR]],
      [client, [m]],
    ]);
    expect((await supervision('PATCH', { mode: 'listen' })).status).toBe(200);
    await expectSound([[manager, [c]]]);
    await client.hangUp();
    await Promise.all([manager.ended, sofia.ended]); // the listener's leg ends with the call
    expect(await at.recorded(1)).toEqual([[c], [m]]);
    const kinds = (await office.system.ledger(id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('supervision'))).toEqual([
      'supervision.started',
      'supervision.changed',
      'supervision.changed',
      'supervision.ended',
    ]);
  });

  it('barges in from his phone by a feature code and the call’s short number; his keypad changes nothing', async () => {
    const { shortNumber, client, manager } = await talk();
    const outgoing = await phone.dial(`*12*${shortNumber}`, { toneHz: SUPERVISOR });
    const sofia = await outgoing.answered;
    const [c, m] = [TONES.caller, TONES['101']];
    await expectSound([
      [client, [m, SUPERVISOR]],
      [manager, [c, SUPERVISOR]],
    ]);
    sofia.audio.press('0');
    await expectSound([[client, [m, SUPERVISOR]]]);
    await sofia.hangUp();
    await expectSound([[client, [m]]]);
    await client.hangUp();
    await manager.ended;
    // What the client heard is recorded: the supervisor on the side of the managers.
    const [left, right] = readWav(await at.recording(1));
    expect(inPieces(left!).flat()).not.toContain(SUPERVISOR);
    expect(inPieces(right!).some((tones) => same(tones, [m, SUPERVISOR]))).toBe(true);
  });

  it('follows a manager from call to call, and takes part in none between them', async () => {
    await office.manager('101');
    const anna = await office.extensionId('101');
    const asked = await office.system.api(
      'POST',
      `/extensions/${anna}/follow`,
      { mode: 'listen' },
      { as: 'sofia' },
    );
    expect(asked.status).toBe(204);
    const sofia = await (await phone.incoming()).answer(0);
    for (let count = 0; count < 2; count++) {
      at.watcher.events.length = 0;
      const { client, manager } = await talk();
      await expectSound([[sofia, [TONES.caller, TONES['101']]]]);
      await client.hangUp();
      await manager.ended;
      await until('he takes part in no call', async () => {
        const { body } = await supervision('GET');
        return body.callId === null;
      });
    }
    expect((await supervision('GET')).body).toMatchObject({ callId: null, following: { number: '101' } });
    expect((await supervision('DELETE')).status).toBe(204);
    await sofia.ended;
  });

  it('whispers to the manager alone in a call that the manager made, and after a hold', async () => {
    const { shortNumber, client, manager } = await at.talkMade();
    const dialled = await phone.dial(`*11*${shortNumber}`, { toneHz: SUPERVISOR });
    const sofia = await dialled.answered;
    const [c, m] = [TONES.caller, TONES['101']];
    const both: [Conversation, number[]][] = [
      [manager, [c, SUPERVISOR]],
      [client, [m]],
    ];
    await expectSound(both);
    await manager.hold();
    await manager.resume();
    await expectSound(both);
    await client.hangUp();
    await Promise.all([manager.ended, sofia.ended]);
    expect(await at.recorded(2)).toEqual([[c], [m]]);
  });

  it('goes on whispering after a blind transfer: to the second manager alone', async () => {
    const { shortNumber, client, manager } = await talk();
    const sofia = await (await phone.dial(`*11*${shortNumber}`, { toneHz: SUPERVISOR })).answered;
    const [c, first, next] = [TONES.caller, TONES['101'], TONES['102']];
    await expectSound([
      [manager, [c, SUPERVISOR]],
      [client, [first]],
    ]);
    const colleague = await office.manager('102'); // not before: he is of the same group
    expect(await manager.refer('102')).toBe(202);
    await manager.hangUp();
    const second = await (await colleague.incoming()).answer(next);
    await expectSound([
      [second, [c, SUPERVISOR]],
      [client, [next]],
      [sofia, [c, next]],
    ]);
    await client.hangUp();
    await Promise.all([second.ended, sofia.ended]);
    expect(await at.recorded(1)).toEqual([[c], [first, next]]);
  });

  it('goes on whispering after an attended transfer, and can then barge in: to the second manager, and the client', async () => {
    const { shortNumber, client, manager } = await talk();
    const sofia = await (await phone.dial(`*11*${shortNumber}`, { toneHz: SUPERVISOR })).answered;
    const [c, first, next] = [TONES.caller, TONES['101'], TONES['102']];
    await expectSound([[manager, [c, SUPERVISOR]]]);
    const colleague = await office.manager('102'); // not before: he is of the same group
    await manager.hold();
    const asking = await (await office.manager('101')).dial('102', { toneHz: first });
    const second = await (await colleague.incoming()).answer(next);
    const consult = await asking.answered;
    await expectSound([[second, [first]]]);
    expect(await manager.refer('102', { consult })).toBe(202);
    await expectSound([
      [second, [c, SUPERVISOR]],
      [client, [next]],
      [sofia, [c, next]],
    ]);
    expect((await supervision('PATCH', { mode: 'barge' })).status).toBe(200);
    await expectSound([
      [second, [c, SUPERVISOR]],
      [client, [next, SUPERVISOR]],
    ]);
    expect((await supervision('PATCH', { mode: 'listen' })).status).toBe(200);
    await expectSound([
      [second, [c]],
      [client, [next]],
    ]);
    await client.hangUp();
    await Promise.all([second.ended, sofia.ended]);
  });

  const setTone = async (supervisionTone: object | null) =>
    (await office.system.api('PATCH', '/company', { supervisionTone })).status;
  /** What one has heard since a place. */
  const piecesOf = ({ audio }: Conversation, from: number) => {
    const { samples, rate } = audio.heard();
    return inPieces({ samples: samples.subarray(from), rate });
  };

  const peakOf = (samples: Int16Array) =>
    samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

  it('is not heard as he comes, changes and goes', async () => {
    const { shortNumber, client, manager } = await talk();
    const [c, m] = [TONES.caller, TONES['101']];
    await expectSound([
      [client, [m]],
      [manager, [c]],
    ]);
    const [client0, manager0] = [client, manager].map(({ audio }) => audio.heard().samples.length);
    const sofia = await (await phone.dial(`*10*${shortNumber}`)).answered;
    await expectSound([[sofia, [c, m]]]);
    for (const mode of ['whisper', 'barge', 'listen']) {
      expect((await supervision('PATCH', { mode })).status).toBe(200);
    }
    await sofia.hangUp();
    await until('he is gone', async () => (await supervision('GET')).status === 404);
    await client.audio.listen(400);
    const [atClient, atManager] = [piecesOf(client, client0!), piecesOf(manager, manager0!)];
    expect(new Set(atClient.map(String))).toEqual(new Set([String(m)]));
    expect(new Set(atManager.map(String))).toEqual(new Set([String(c)]));
    // A click is no tone: nothing is louder than before he came.
    for (const [one, from] of [[client, client0] as const, [manager, manager0] as const]) {
      const { samples } = one.audio.heard();
      expect(peakOf(samples.subarray(from))).toBeLessThan(1.1 * peakOf(samples.subarray(from! - 1600, from)));
    }
    await client.hangUp();
    await manager.ended;
  });

  it('is told of by a tone to both sides where the company has set one, who holds once he is back', async () => {
    expect(await setTone({ hertz: 100, ms: 300 })).toBe(400);
    expect(await setTone({ hertz: BEEP, ms: 5000 })).toBe(400);
    expect(await setTone({ hertz: BEEP, ms: 400 })).toBe(200);
    try {
      const { shortNumber, client, manager } = await talk();
      const places = () => [client, manager].map((one) => one.audio.heard().samples.length);
      /** Until both have heard it since a place. */
      const bothAreTold = async (since: number[]) => {
        for (const [at, one] of [client, manager].entries()) {
          await until('the tone is heard', () =>
            piecesOf(one, since[at]!).some((tones) => tones.includes(BEEP)),
          );
        }
        await expectSound([
          [client, [TONES['101']]],
          [manager, [TONES.caller]],
        ]);
      };
      await expectSound([[client, [TONES['101']]]]);
      let since = places();
      const sofia = await (await phone.dial(`*10*${shortNumber}`)).answered;
      await bothAreTold(since);
      since = places();
      expect((await supervision('PATCH', { mode: 'whisper' })).status).toBe(200);
      await bothAreTold(since);
      await sofia.hangUp();
      await until('he is gone', async () => (await supervision('GET')).status === 404);
      await manager.hold();
      const again = await (await phone.dial(`*10*${shortNumber}`)).answered;
      await until('he takes part', async () => (await supervision('GET')).status === 200);
      since = places();
      await manager.resume();
      await bothAreTold(since);
      await client.hangUp();
      await Promise.all([manager.ended, again.ended]);
      const [, right] = readWav(await at.recording(1));
      expect(inPieces(right!).some((tones) => tones.includes(BEEP))).toBe(true);
    } finally {
      expect(await setTone(null)).toBe(200);
    }
  });

  it('and another one take part in one call, each by himself', async () => {
    const made = await office.system.api<{ sipPassword: string }>('POST', '/extensions', {
      number: '201',
      name: 'Semyon',
    });
    const people = await office.system.api<{ items: { id: string; email: string }[] }>('GET', '/people');
    const admin = people.body.items.find(({ email }) => email === 'admin@example.com')!;
    await office.system.api('PATCH', `/people/${admin.id}`, { extension: '201' });
    const other = await office.phone('201', { password: made.body.sipPassword });
    expect((await other.register()).status).toBe(200);
    const { id, shortNumber, client, manager } = await talk();
    const [c, m] = [TONES.caller, TONES['101']];
    const [sofia, semyon] = await Promise.all([
      phone.dial(`*10*${shortNumber}`, { toneHz: SUPERVISOR }).then(({ answered }) => answered),
      other.dial(`*10*${shortNumber}`).then(({ answered }) => answered),
    ]);
    await expectSound([
      [sofia, [c, m]],
      [semyon, [c, m]],
      [client, [m]],
      [manager, [c]],
    ]);
    expect((await supervision('PATCH', { mode: 'whisper' })).status).toBe(200);
    await expectSound([
      [manager, [c, SUPERVISOR]],
      [client, [m]],
    ]);
    await sofia.hangUp();
    await expectSound([
      [semyon, [c, m]],
      [manager, [c]],
    ]);
    await client.hangUp();
    await Promise.all([manager.ended, semyon.ended]);
    await bothWritten(id, 2);
    await office.system.api('PATCH', `/people/${admin.id}`, { extension: null });
  });

  it('is let go from a call that ends as he comes, and rung no more for one that is over', async () => {
    const supervise = (id: string) =>
      office.system.api('POST', `/calls/${id}/supervise`, { mode: 'listen' }, { as: 'sofia' });
    const one = await talk();
    expect((await supervise(one.id)).status).toBe(204);
    const rung = await phone.incoming();
    await one.client.hangUp();
    await rung.cancelled;
    await one.manager.ended;
    at.watcher.events.length = 0;

    const two = await talk();
    const [outgoing] = await Promise.all([phone.dial(`*10*${two.shortNumber}`), two.client.hangUp()]);
    if ((await outgoing.status()) === 200) await (await outgoing.answered).ended;
    await two.manager.ended;
    await until('he takes part in nothing', async () => (await supervision('GET')).status === 404);
    await bothWritten(two.id);
  });

  it('of other groups sees nothing of the call, and has no part in it', async () => {
    const other = await office.system.api<{ id: string }>('POST', '/ring-groups', { name: 'back office' });
    const people = await office.system.api<{ items: { id: string; email: string }[] }>('GET', '/people');
    const sofia = people.body.items.find(({ email }) => email === 'supervisor@example.com')!;
    const supervise = async (ids: string[]) =>
      (await office.system.api('PATCH', `/people/${sofia.id}`, { supervises: ids })).status;
    expect(await supervise(['01890000-0000-7000-8000-000000000000'])).toBe(400);
    expect(await supervise([other.body.id])).toBe(200);
    const blind = await Watcher.open(office.system, 'sofia');
    const { id, shortNumber, client, manager } = await talk();
    const asked = await office.system.api(
      'POST',
      `/calls/${id}/supervise`,
      { mode: 'listen' },
      { as: 'sofia' },
    );
    expect(asked.status).toBe(404);
    expect(await (await phone.dial(`*10*${shortNumber}`)).status()).toBe(403);
    const refusals = (await office.system.ledger(id)).filter(({ kind }) => kind === 'supervision.refused');
    expect(refusals).toHaveLength(2);
    await client.hangUp();
    await manager.ended;
    expect(blind.events.filter(({ type }) => type.startsWith('call'))).toEqual([]);
    blind.close();
    expect(await supervise([])).toBe(200);
    at.watcher.close();
    at.watcher = await Watcher.open(office.system, 'sofia'); // sees all again at once, not only with the next beat
  });

  it('whose network dies is let go within 30 s, and the call goes on', async () => {
    const { shortNumber, client, manager } = await talk();
    const lost = await office.phone('200', { password: phone.options.password });
    expect((await lost.register()).status).toBe(200);
    await (
      await lost.dial(`*10*${shortNumber}`)
    ).answered;
    await until('he takes part', async () => (await supervision('GET')).status === 200);
    await lost.close();
    await until('he is let go', async () => (await supervision('GET')).status === 404, 30_000);
    await expectSound([[client, [TONES['101']]]]);
    await client.hangUp();
    await manager.ended;
  });

  it('takes no part in a call in which he talks himself, and that he tried is written', async () => {
    const { client: first, manager } = await talk();
    const code = at.watcher.events.flatMap((event) =>
      event.type === 'call' ? [event.call.client?.code] : [],
    )[0];
    await first.hangUp();
    await manager.ended;
    at.watcher.events.length = 0;
    const outgoing = await phone.dial(code ?? '', { toneHz: SUPERVISOR });
    const client = await (await office.carrier.incoming()).answer(TONES.caller);
    await outgoing.answered;
    const { call } = await at.watcher.event('call', ({ change }) => change === 'answered');
    const asked = await office.system.api<{ type: string }>(
      'POST',
      `/calls/${call.id}/supervise`,
      { mode: 'barge' },
      { as: 'sofia' },
    );
    expect([asked.status, asked.body.type]).toEqual([409, 'urn:linekeeper:problem:own-call']);
    expect(await (await phone.dial(`*10*${call.shortNumber}`)).status()).toBe(403);
    const refused = (await office.system.ledger(call.id)).filter(
      ({ kind }) => kind === 'supervision.refused',
    );
    expect(refused.map(({ payload }) => payload['reason'])).toEqual(['own-call', 'own-call']);
    await client.hangUp();
    await (
      await outgoing.answered
    ).ended;
  });

  it('takes no part in his own call, in one of a group not his, and in none that is over', async () => {
    const { id, client, manager } = await talk();
    const supervise = (as: string, callId = id) =>
      office.system.api<{ type: string }>('POST', `/calls/${callId}/supervise`, { mode: 'listen' }, { as });
    await office.system.signIn('anna', 'manager1@example.com', 'manager1-demo');
    expect((await supervise('anna')).status).toBe(403);
    const dialled = await (await office.manager('102')).dial('*10*1');
    expect(await dialled.status()).toBe(403);
    await client.hangUp();
    await manager.ended;
    await at.watcher.event('call-gone');
    expect((await supervise('sofia')).status).toBe(404);
  });
});
