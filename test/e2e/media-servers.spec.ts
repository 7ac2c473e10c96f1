import type { MediaServerView } from '../../src/contracts/media-servers.js';
import type { Phone } from '../../src/simulate/phone.js';
import { COMPANY_NUMBER, expectToHear, TONES } from '../support/office.js';
import { startTwoPlanes, type TwoPlanes } from '../support/two-planes.js';
import { until } from '../support/until.js';

describe('two media servers under two control planes', () => {
  let two: TwoPlanes;
  let carrier: Phone;
  let desk: Phone;
  let first: string;
  let second: string;

  beforeAll(async () => {
    two = await startTwoPlanes({}, { mediaServers: 2 });
    carrier = await two.phone('carrier');
    desk = await two.phone('101', 'secret101');
    expect((await desk.register()).status).toBe(200);
    for (const plane of two.planes) {
      await until(
        'each plane knows the phone',
        async () => (await plane.metric('linekeeper_sip_devices')) === 1,
      );
      await until('each plane has both media servers', async () =>
        (await mediaServers(plane)).every(({ health }) => health === 'up'),
      );
    }
    [first, second] = (await mediaServers()).map(({ name }) => name) as [string, string];
  }, 120_000);
  afterAll(() => two?.close(), 60_000);

  async function mediaServers(plane = two.planes[0]): Promise<MediaServerView[]> {
    return (await plane.api<{ items: MediaServerView[] }>('GET', '/media-servers')).body.items;
  }
  const change = (name: string, what: 'drain' | 'resume', as = 'admin') =>
    two.planes[0].api<MediaServerView>('POST', `/media-servers/${name}/${what}`, undefined, { as });
  const channelsOn = async (name: string) =>
    (await mediaServers()).find((server) => server.name === name)?.channels;
  const drained = async () =>
    Promise.all(
      two.planes.map(async (plane) =>
        (await mediaServers(plane)).filter(({ draining }) => draining).map(({ name }) => name),
      ),
    );
  const entries = (kind: string) =>
    two.planes[0].sql<{ actor: string; payload: object }>(
      'SELECT actor, payload FROM ledger_entry WHERE kind = $1 ORDER BY seq',
      [kind],
    );

  async function talk(from: string) {
    const outgoing = await carrier.dial(COMPANY_NUMBER, { from, toneHz: TONES.caller });
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await outgoing.answered;
    await expectToHear(caller.audio, TONES['101']);
    return { caller, manager };
  }
  async function nothingLive(): Promise<void> {
    for (const plane of two.planes) await plane.assertNothingLeft();
    await until('no channel is left', async () =>
      (await mediaServers()).every(({ channels }) => channels === 0),
    );
  }

  it('one that is drained gets no new call of either control plane, and its calls go on to their end', async () => {
    const before = await talk('+79161230101');
    const busy = (await channelsOn(first)) === 0 ? second : first;
    const other = busy === first ? second : first;
    expect((await change(busy, 'drain')).body).toMatchObject({ name: busy, draining: true });
    expect((await change(busy, 'drain')).status).toBe(200); // it is so already
    await until('both control planes know', async () => (await drained()).flat().length === 2);
    expect(await drained()).toEqual([[busy], [busy]]);

    const after = [];
    for (let call = 0; call < 4; call++) after.push(await talk(`+7916123011${call}`));
    expect(await channelsOn(busy)).toBe(2);
    expect(await channelsOn(other)).toBe(8);
    await expectToHear(before.caller.audio, TONES['101']);
    await expectToHear(before.manager.audio, TONES.caller);
    for (const { caller, manager } of [before, ...after]) {
      await caller.hangUp();
      await manager.ended;
    }
    await nothingLive();

    expect(await change(other, 'drain')).toMatchObject({ status: 409, body: { title: 'Conflict' } });
    expect((await change(busy, 'resume')).body).toMatchObject({ draining: false });
    await until('both control planes know', async () => (await drained()).flat().length === 0);
    const actor = expect.stringMatching(/^user:/) as string;
    expect(await entries('media-server.drained')).toEqual([{ actor, payload: { name: busy } }]);
    expect(await entries('media-server.resumed')).toEqual([{ actor, payload: { name: busy } }]);
  }, 60_000);

  it('only an administrator drains, and only what is there', async () => {
    await two.planes[0].signIn('manager', 'manager1@example.com', 'manager1-demo');
    expect((await change(first, 'drain', 'manager')).status).toBe(403);
    expect((await change('nowhere:8021', 'drain')).status).toBe(404);
    expect((await drained()).flat()).toEqual([]);
  });

  it('a drained one stays so over a restart of the control plane', async () => {
    const [, plane] = two.planes;
    await change(second, 'drain');
    await plane.restart();
    expect(await drained()).toEqual([[second], [second]]);
    await change(second, 'resume');
    await until('both control planes know', async () => (await drained()).flat().length === 0);
  }, 60_000);

  it('one that hangs is sick: it gets no call of either control plane until it is well again', async () => {
    const [hanging] = two.more;
    const healths = () =>
      Promise.all(
        two.planes.map(
          async (plane) => (await mediaServers(plane)).find(({ name }) => name === hanging!.name)?.health,
        ),
      );
    process.kill(hanging!.pid, 'SIGSTOP');
    try {
      await until('both leave it out', async () => (await healths()).every((one) => one === 'sick'), 60_000);
      for (let call = 0; call < 3; call++) {
        const { caller, manager } = await talk(`+7916123013${call}`);
        await caller.hangUp();
        await manager.ended;
      }
    } finally {
      process.kill(hanging!.pid, 'SIGCONT');
    }
    await until('both have it again', async () => (await healths()).every((one) => one === 'up'), 60_000);
    await nothingLive();
  }, 150_000);

  it('one killed -9 during a conversation: both hear each other again on the other, and both segments are kept', async () => {
    const [victim] = two.more;
    await change(first, 'drain');
    await until('both control planes know', async () => (await drained()).flat().length === 2);
    const { caller, manager } = await talk('+79161230121');
    expect(await channelsOn(victim!.name)).toBe(2);
    await change(first, 'resume');
    await until('both control planes know', async () => (await drained()).flat().length === 0);

    process.kill(victim!.pid, 'SIGKILL');
    await until('both are joined anew', async () => (await entries('call.rejoined')).length === 1);
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    await caller.hangUp();
    await manager.ended;
    await until('both segments are in the one recording', async () => {
      const [row] = await two.planes[0].sql<{ state: string; segments: number }>(
        `SELECT state, (SELECT count(*)::int FROM recording_segment s WHERE s.recording_id = recording.id) AS segments
         FROM recording JOIN call ON call.id = recording.call_id
         WHERE call.started_at = (SELECT max(started_at) FROM call)`,
      );
      return row?.state === 'stored' && row.segments === 2;
    });
    const [call] = await two.planes[0].sql(
      'SELECT outcome, ending FROM call ORDER BY started_at DESC LIMIT 1',
    );
    expect(call).toMatchObject({ outcome: 'answered', ending: 'client-hung-up' });
  }, 60_000);
});
