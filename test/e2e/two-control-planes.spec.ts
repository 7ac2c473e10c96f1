import { isDeepStrictEqual } from 'node:util';
import type { CallView } from '../../src/contracts/calls.js';
import type { LiveEvent } from '../../src/contracts/live.js';
import type { Phone } from '../../src/simulate/phone.js';
import { COMPANY_NUMBER, expectToHear, recordingOf, TONES } from '../support/office.js';
import { startCarrierRegistrar } from '../support/carrier-registrar.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { ADMIN, type System } from '../support/system.js';
import { cut, readWav, tonesIn } from '../support/tones.js';
import { startTwoPlanes, type TwoPlanes } from '../support/two-planes.js';
import { until, within } from '../support/until.js';
import { Watcher } from '../support/watcher.js';

const TAKEN_OVER_MS = 25_000;

describeWith(['redis-server'], 'two control planes on one drachtio-server, PostgreSQL and Redis', () => {
  let two: TwoPlanes;
  let carrier: Phone;
  let redis: TestRedis;
  let sofia: Phone;
  const desks: Phone[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    two = await startTwoPlanes({ REDIS_URL: redis.url, LEDGER_PATIENCE_MS: '10000' });
    carrier = await two.phone('carrier');
    // Longer than a takeover lasts: what stops ringing before was stopped by the survivor.
    const { body } = await two.planes[0].api<{ items: { id: string }[] }>('GET', '/ring-groups');
    await two.planes[0].api('PATCH', `/ring-groups/${body.items[0]!.id}`, { ringTimeoutS: 90 });
    const made = await two.planes[0].api<{ sipPassword: string }>('POST', '/extensions', {
      number: '200',
      name: 'Sofia',
    });
    sofia = await two.phone('200', made.body.sipPassword);
  }, 120_000);
  // What a test that failed has left goes on in no other, and what it has ended is there for the next.
  afterEach(async () => {
    await Promise.all(two.planes.filter(({ running }) => !running).map((plane) => plane.restart()));
    await Promise.all([...desks, sofia, carrier].map((phone) => phone.fallSilent()));
    await Promise.all([...desks.splice(0), sofia].map((phone) => phone.register(0).catch(() => undefined)));
  }, 60_000);
  afterAll(async () => {
    await two?.close();
    await redis?.stop();
  }, 60_000);

  const call = (from: string) => carrier.dial(COMPANY_NUMBER, { from, toneHz: TONES.caller });

  /** Which plane has each call, oldest first. */
  const owners = () =>
    two.planes[0].sql<{ id: string; plane: string; live: boolean }>(
      'SELECT id, control_plane_id AS plane, ended_at IS NULL AS live FROM call ORDER BY started_at',
    );
  const devices = (plane: System) => plane.metric('linekeeper_sip_devices');
  const liveCalls = (plane: System) => plane.metric('linekeeper_live_calls');

  async function desk(extension: '101' | '102' | '103'): Promise<Phone> {
    const phone = await two.phone(extension, `secret${extension}`);
    desks.push(phone);
    expect((await phone.register()).status).toBe(200);
    await Promise.all(
      two.planes
        .filter((plane) => plane.running)
        .map((plane) => until('each plane knows the phone', async () => (await devices(plane)) === 1)),
    );
    return phone;
  }

  async function leave(phone: Phone): Promise<void> {
    await phone.fallSilent();
    await phone.register(0);
    for (const plane of two.planes.filter(({ running }) => running)) {
      await until('each plane knows that it is gone', async () => (await devices(plane)) === 0);
    }
  }

  /** A conversation that the given plane has. */
  async function conversationOf(plane: System, phone: Phone, from: string) {
    for (let tries = 0; tries < 4; tries++) {
      const outgoing = await call(from);
      const manager = await (await phone.incoming()).answer(TONES['101']);
      const caller = await outgoing.answered;
      await until('its answer is written', async () => {
        const open = 'SELECT 1 FROM call WHERE ended_at IS NULL AND answered_at IS NOT NULL';
        return (await two.planes[0].sql(open)).length === 1;
      });
      if ((await liveCalls(plane)) === 1) return { caller, manager };
      await caller.hangUp();
      await manager.ended;
      await nothingLive();
    }
    throw new Error('no call came to this plane');
  }

  async function nothingLive(): Promise<void> {
    await until('no call is open', async () => (await owners()).every(({ live }) => !live));
    for (const plane of two.planes) if (plane.running) await plane.assertNothingLeft();
  }

  const endingOf = async (id: string) =>
    (
      await two.planes[0].sql<{ ending: string; entries: number }>(
        `SELECT ending, (SELECT count(*)::int FROM ledger_entry e WHERE e.call_id = call.id AND kind = 'call.ended')
           AS entries FROM call WHERE id = $1`,
        [id],
      )
    )[0];

  const kept = async (id: string) =>
    (await two.planes[0].sql(`SELECT 1 FROM ledger_entry WHERE call_id = $1 AND kind = 'call.kept'`, [id]))
      .length === 1;

  it('set up one company, once', async () => {
    expect(await two.planes[0].sql('SELECT name FROM company')).toHaveLength(1);
    expect(
      await two.planes[0].sql('SELECT email FROM user_account WHERE email = $1', [ADMIN.email]),
    ).toHaveLength(1);
  });

  it('a phone that registers is known to both, wherever its digest was asked for and answered', async () => {
    const phone = await desk('101');
    for (let i = 0; i < 3; i++) expect((await phone.register()).status).toBe(200);
    await leave(phone);
  });

  it('a call at either is seen at both, its recording is paused at either, and a supervisor at either takes part in it', async () => {
    const [one, other] = two.planes;
    const watchers = [await Watcher.open(one, 'admin'), await Watcher.open(other, 'admin')];
    const me = await one.api<{ id: string }>('GET', '/me');
    expect((await one.api('PATCH', `/people/${me.body.id}`, { extension: '200' })).status).toBe(200);
    const phone = await desk('101');
    expect((await sofia.register()).status).toBe(200);
    const outgoing = await call('+79161230009');
    const manager = await (await phone.incoming()).answer(TONES['101']);
    const caller = await outgoing.answered;
    const [seen] = await Promise.all(
      watchers.map((watcher) => watcher.event('call', ({ change }) => change === 'answered')),
    );
    const callId = seen!.call.id;
    const [owner] = (await owners()).filter(({ id }) => id === callId);
    expect(owner).toBeDefined();
    const stranger = (await liveCalls(one)) === 1 ? other : one;
    await until('the phone is known there', async () => (await devices(stranger)) === 2);
    expect((await stranger.api('POST', `/calls/${callId}/supervise`, { mode: 'listen' })).status).toBe(204);
    for (const [action, change] of [
      ['pause', 'recording-paused'],
      ['resume', 'recording-resumed'],
    ] as const) {
      await stranger.api('POST', `/calls/${callId}/recording`, { action });
      for (const watcher of watchers) await watcher.event('call', (event) => event.change === change);
    }
    const listening = await (await sofia.incoming()).answer();
    await until('both parties are heard', async () => {
      const tones = tonesIn(await listening.audio.listen(300), Object.values(TONES));
      return tones.includes(TONES.caller) && tones.includes(TONES['101']);
    });
    await caller.hangUp();
    await Promise.all([manager.ended, listening.ended]);
    for (const watcher of watchers) {
      await watcher.event('call-gone', ({ id }) => id === callId);
      watcher.close();
    }
    await sofia.register(0);
    await leave(phone);
    await nothingLive();
  });

  it('both serve calls to the same phone, each call once; the interface of either shows all', async () => {
    const phone = await desk('101');
    const before = (await owners()).length;
    for (let i = 0; i < 4; i++) {
      const outgoing = await call('+79161230001');
      const incoming = await phone.incoming();
      const manager = await incoming.answer(TONES['101']);
      const caller = await outgoing.answered;
      await Promise.all([
        expectToHear(caller.audio, TONES['101']),
        expectToHear(manager.audio, TONES.caller),
      ]);
      await caller.hangUp();
      await manager.ended;
    }
    await nothingLive();
    const calls = (await owners()).slice(before);
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map(({ plane }) => plane)).size).toBe(2);
    const [one, other] = await Promise.all(two.planes.map((plane) => plane.calls()));
    expect(one?.map(({ id }) => id)).toEqual(other?.map(({ id }) => id));
    expect(one?.slice(0, 4).every(({ outcome }: CallView) => outcome === 'answered')).toBe(true);
    for (const plane of two.planes) expect(await recordingOf(plane, one![0]!)).not.toHaveLength(0);
    await leave(phone);
  });

  it('each finds the recording’s job done once, whoever did it', async () => {
    await until('all jobs are done', async () => {
      const [row] = await two.planes[0].sql<{ open: number }>(
        'SELECT count(*)::int AS open FROM outbox_job WHERE done_at IS NULL',
      );
      return row?.open === 0;
    });
    const stored = await two.planes[0].sql(
      `SELECT call_id FROM ledger_entry WHERE kind IN ('recording.stored', 'recording.missing')
       GROUP BY call_id HAVING count(*) <> 1`,
    );
    expect(stored).toEqual([]);
  });

  it('one registers with a carrier, whose calls reach both; when that one dies the other registers', async () => {
    const [one] = two.planes;
    const registrar = await startCarrierRegistrar();
    const { body: trunk, status } = await one.api<{ id: string }>('POST', '/trunks', {
      name: `by registration at ${registrar.port}`,
      kind: 'registration',
      host: '127.0.0.1',
      port: registrar.port,
      username: 'account',
      password: 'a password of the carrier',
    });
    expect(status).toBe(201);
    await until('it is registered', () => registrar.callIds.size > 0);
    const [contact] = registrar.contactUsers;
    const headers = { 'P-Called-Party-ID': `<sip:${COMPANY_NUMBER}@127.0.0.1>` };
    // The other plane hears of the new trunk within a moment; requests go round.
    await until('calls to the contact are taken by both', async () => {
      (await carrier.dial(contact!, { headers })).cancel();
      const rows = await one.sql('SELECT DISTINCT control_plane_id FROM call WHERE trunk_id = $1', [
        trunk.id,
      ]);
      return rows.length === 2;
    });
    await nothingLive();
    expect(registrar.callIds.size).toBe(1);

    const leader = two.planes.find(({ output }) => /"what":"trunk registrations","leads":true/.test(output))!;
    await leader.kill9();
    await until('the other has registered', () => registrar.callIds.size === 2, 5_000);
    expect([...registrar.contactUsers]).toEqual([contact]);
    await leader.restart();
    await one.api('PATCH', `/trunks/${trunk.id}`, { enabled: false });
    registrar.close();
  }, 60_000);

  it('one stopped for longer than it may be silent: its calls go on, are ended once, and it serves again', async () => {
    const [one, other] = two.planes;
    const phone = await desk('101');
    const { caller, manager } = await conversationOf(one, phone, '+79161230002');
    const open = (await owners()).find(({ live }) => live)!;
    one.signal('SIGSTOP');
    try {
      await until('the other has it', async () => (await liveCalls(other)) === 1, TAKEN_OVER_MS);
      await expectToHear(caller.audio, TONES['101']);
    } finally {
      one.signal('SIGCONT');
    }
    await until('it beats again', async () => (await one.api('GET', '/health/ready')).status === 200);
    await expectToHear(manager.audio, TONES.caller);
    await caller.hangUp();
    await manager.ended;
    await nothingLive();
    expect(await endingOf(open.id)).toEqual({ ending: 'client-hung-up', entries: 1 });
    await leave(phone);
  }, 90_000);

  it('one killed -9 while a call talks and one rings: the one goes on, the other is ended, new calls go through', async () => {
    const [victim, survivor] = two.planes;
    const phone = await desk('101');
    const { caller, manager } = await conversationOf(victim, phone, '+79161230003');
    const talking = (await owners()).find(({ live }) => live)!;
    // One more to each plane: the victim's rings until the survivor ends it, the survivor's is answered.
    const ringing = [await call('+79161230004'), await call('+79161230005')];
    const rings = [await phone.incoming(), await phone.incoming()];
    await Promise.all(ringing.map((one) => one.ringing));
    const pending = (await owners()).filter(({ live, id }) => live && id !== talking.id);
    const orphan = pending.find(({ plane }) => plane === talking.plane)!;
    await until('what rings is noted', async () => {
      const [row] = await survivor.sql('SELECT 1 FROM call WHERE id = $1 AND live ? $2', [
        orphan.id,
        'ringing',
      ]);
      return row;
    });

    const killedAt = Date.now();
    await victim.kill9();
    // New calls go to the survivor at once, all of them.
    for (const from of ['+79161230006', '+79161230007']) {
      const outgoing = await call(from);
      const next = await (await phone.incoming()).answer(TONES['101']);
      await expectToHear((await outgoing.answered).audio, TONES['101']);
      await (await outgoing.answered).hangUp();
      await next.ended;
    }
    expect(Date.now() - killedAt).toBeLessThan(10_000);

    await until(
      'the survivor has written the end of the one',
      async () => (await endingOf(orphan.id))?.ending === 'found-after-restart',
      TAKEN_OVER_MS,
    );
    await until('and goes on with the other', () => kept(talking.id));
    // The caller who still rang is refused, and the phone that rang for him falls silent.
    const statuses = await Promise.race(ringing.map((one) => one.status()));
    expect(statuses).toBe(503);
    await Promise.race(rings.map(({ cancelled }) => cancelled));
    ringing.forEach((one) => one.cancel());

    // Those who talk never noticed; the one's going is told to the other, and the call has its true ending.
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await manager.hangUp();
    await within(15_000, 'the client is let go', caller.ended);
    await nothingLive();
    expect(await endingOf(talking.id)).toEqual({ ending: 'manager-hung-up', entries: 1 });
    const ended = (await survivor.calls()).find(({ id }) => id === talking.id)!;
    expect(ended.outcome).toBe('answered');
    expect(await recordingOf(survivor, ended)).not.toHaveLength(0);

    await victim.restart();
    await until('the restarted one knows the phone', async () => (await devices(victim)) === 1);
    await leave(phone);
  }, 120_000);

  it('one killed -9 and started again at once: its conversation goes on, with one recording, paused as it was, to its true end', async () => {
    const [victim] = two.planes;
    const phone = await desk('101');
    const { caller, manager } = await conversationOf(victim, phone, '+79161230008');
    const talking = (await owners()).find(({ live }) => live)!;
    const recording = `/calls/${talking.id}/recording`;
    expect((await victim.api('POST', recording, { action: 'pause' })).status).toBe(200);
    await victim.kill9();
    await victim.restart();
    await until('it has found it', () => kept(talking.id));
    const watcher = await Watcher.open(victim, 'admin');
    const { calls } = await watcher.event('snapshot');
    watcher.close();
    expect(calls).toMatchObject([{ id: talking.id, recording: 'paused' }]);
    await victim.api('POST', recording, { action: 'resume' });
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    const hungUpAt = Date.now();
    await caller.hangUp();
    await within(15_000, 'the manager is let go', manager.ended);
    await nothingLive();
    expect(await endingOf(talking.id)).toEqual({ ending: 'client-hung-up', entries: 1 });
    const ended = (await victim.calls()).find(({ id }) => id === talking.id)!;
    // The one file has both parties to the end: the recording went on without a control plane.
    const lateS = (hungUpAt - Date.parse(ended.answeredAt!)) / 1000 - 0.7;
    const heard = readWav(await recordingOf(victim, ended)).map((sound) =>
      tonesIn(cut(sound, lateS, lateS + 0.4), Object.values(TONES)),
    );
    expect(heard).toEqual([[TONES.caller], [TONES['101']]]);
    await leave(phone);
  }, 90_000);

  it('one killed -9, and a party hangs up before it is started again: the other is let go, and the call was answered', async () => {
    const [victim] = two.planes;
    const phone = await desk('101');
    const { caller, manager } = await conversationOf(victim, phone, '+79161230009');
    const talking = (await owners()).find(({ live }) => live)!;
    await victim.kill9();
    await caller.hangUp();
    await victim.restart();
    await within(15_000, 'the manager is let go', manager.ended);
    await nothingLive();
    expect(await endingOf(talking.id)).toEqual({ ending: 'found-after-restart', entries: 1 });
    expect(await kept(talking.id)).toBe(false);
    const ended = (await victim.calls()).find(({ id }) => id === talking.id)!;
    expect(ended.outcome).toBe('answered');
    await leave(phone);
  }, 90_000);

  it('one killed -9 between the 200 and its entry: the talk is found, written as answered, and goes on', async () => {
    const phone = await desk('101');
    const outgoing = await call('+79161230010');
    const incoming = await phone.incoming();
    const ringing = (await owners()).find(({ live }) => live)!;
    const victim = (await liveCalls(two.planes[0])) === 1 ? two.planes[0] : two.planes[1];
    // Whoever holds the head of the ledger keeps every entry waiting; all else of the database goes on.
    const hold = await two.planes[0].hold('SELECT 1 FROM ledger_head FOR UPDATE');
    const manager = await incoming.answer(TONES['101']);
    const caller = await outgoing.answered;
    await expectToHear(caller.audio, TONES['101']);
    await until('it is noted who talks', async () => {
      const noted = await two.planes[0].sql(`SELECT 1 FROM call WHERE id = $1 AND live ? 'answering'`, [
        ringing.id,
      ]);
      return noted.length === 1;
    });
    await victim.kill9();
    await hold.release();
    await victim.restart();
    await until('it has found it', () => kept(ringing.id));
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await caller.hangUp();
    await within(15_000, 'the manager is let go', manager.ended);
    await nothingLive();
    const ended = (await victim.calls()).find(({ id }) => id === ringing.id)!;
    expect(ended).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
    expect(await recordingOf(victim, ended)).not.toHaveLength(0);
    expect(
      await two.planes[0].sql('SELECT 1 FROM follow_up WHERE client_id = $1', [ended.client!.id]),
    ).toEqual([]);
    await leave(phone);
  }, 90_000);

  it('who takes part in a call, and who follows a manager, is seen at both until he leaves or his control plane dies', async () => {
    const [one, other] = two.planes;
    const me = await one.api<{ id: string }>('GET', '/me');
    expect((await one.api('PATCH', `/people/${me.body.id}`, { extension: '200' })).status).toBe(200);
    const phone = await desk('101');
    expect((await sofia.register()).status).toBe(200);
    await Promise.all(
      two.planes.map((plane) => until('each knows her phone', async () => (await devices(plane)) === 2)),
    );
    const watchers = [await Watcher.open(one, 'admin'), await Watcher.open(other, 'admin')];
    const seen = (...supervisors: object[]) =>
      Promise.all(
        watchers.map((watcher) =>
          watcher.event('call', ({ change, call }) => {
            return change === 'supervised' && isDeepStrictEqual(call.supervisors, supervisors);
          }),
        ),
      );
    const extension = { number: '200', name: 'Sofia' };
    const { caller, manager } = await conversationOf(other, phone, '+79161230011');
    const [{ id: callId } = { id: '' }] = (await owners()).filter(({ live }) => live);
    expect((await one.api('POST', `/calls/${callId}/supervise`, { mode: 'listen' })).status).toBe(204);
    const listening = await (await sofia.incoming()).answer();
    await seen({ extension, mode: 'listen' });
    await one.api('PATCH', '/supervision', { mode: 'whisper' });
    await seen({ extension, mode: 'whisper' });
    const late = await Watcher.open(other, 'admin');
    expect((await late.event('snapshot')).calls).toMatchObject([{ supervisors: [{ extension }] }]);
    late.close();
    await one.api('DELETE', '/supervision');
    await Promise.all([listening.ended, seen()]);
    await caller.hangUp();
    await manager.ended;

    const { body } = await one.api<{ items: { id: string; number: string }[] }>('GET', '/extensions');
    const { id } = body.items.find(({ number }) => number === '101')!;
    const isFollowedBy = (count: number) => (event: LiveEvent) =>
      event.type === 'extension' && event.extension.id === id && event.extension.followers.length === count;
    expect((await one.api('POST', `/extensions/${id}/follow`, { mode: 'listen' })).status).toBe(204);
    await (await sofia.incoming()).answer();
    await Promise.all(watchers.map((watcher) => watcher.event('extension', isFollowedBy(1))));
    const [, { events }] = watchers as [Watcher, Watcher];
    events.length = 0;
    await one.kill9();
    await until('she is seen to follow no more', () => events.some(isFollowedBy(0)), TAKEN_OVER_MS);
    for (const watcher of watchers) watcher.close();
    await one.restart();
    await sofia.register(0);
    await leave(phone);
    await nothingLive();
  }, 90_000);
});
