import { TONES } from '../support/office.js';
import { SUPERVISOR, SupervisorOffice } from '../support/supervisor-office.js';
import { until } from '../support/until.js';

const [C, FIRST, NEXT] = [TONES.caller, TONES['101'], TONES['102']];

/** As test/e2e/supervision.spec.ts, where calls move and the supervisor with them. */
describe('a supervisor of a call that is held, passed on, or made by the manager', () => {
  let at: SupervisorOffice;

  beforeAll(async () => {
    at = await SupervisorOffice.open();
  }, 90_000);
  beforeEach(() => at.begin());
  afterEach(async () => {
    await at.office.silentDesks();
    await at.office.system.assertNothingLeft();
  });
  afterAll(() => at?.close());

  const changes = () => at.watcher.events.flatMap((event) => (event.type === 'call' ? [event.change] : []));

  it('whispers to the manager alone in a client’s call before and after a hold, and sees the hold on the live feed', async () => {
    const { shortNumber, client, manager } = await at.talk();
    const sofia = await (await at.phone.dial(`*11*${shortNumber}`, { toneHz: SUPERVISOR })).answered;
    const whispered: Parameters<typeof at.expectSound>[0] = [
      [manager, [C, SUPERVISOR]],
      [client, [FIRST]],
      [sofia, [C, FIRST]],
    ];
    await at.expectSound(whispered);
    await manager.hold();
    const { call } = await at.watcher.event('call', ({ change }) => change === 'held');
    expect(call).toMatchObject({ state: 'held', heldBy: 'manager', supervisors: [{ mode: 'whisper' }] });
    await manager.resume();
    await at.watcher.event('call', (event) => event.change === 'retrieved' && event.call.state === 'talking');
    await at.expectSound(whispered);
    await client.hangUp();
    await Promise.all([manager.ended, sofia.ended]);
    expect(await at.recorded(1)).toEqual([[C], [FIRST]]);
  });

  it('goes on whispering when the manager passes on a client whom he called: to the second manager alone', async () => {
    const { shortNumber, client, manager } = await at.talkMade();
    const sofia = await (await at.phone.dial(`*11*${shortNumber}`, { toneHz: SUPERVISOR })).answered;
    await at.expectSound([
      [manager, [C, SUPERVISOR]],
      [client, [FIRST]],
    ]);
    const colleague = await at.office.manager('102'); // not before: he is of the same group
    expect(await manager.refer('102')).toBe(202);
    await manager.hangUp();
    const second = await (await colleague.incoming()).answer(NEXT);
    await at.expectSound([
      [second, [C, SUPERVISOR]],
      [client, [NEXT]],
      [sofia, [C, NEXT]],
    ]);
    const { call } = await at.watcher.event('call', ({ change }) => change === 'handed-over');
    expect(call.manager).toMatchObject({ number: '102' });
    await client.hangUp();
    await Promise.all([second.ended, sofia.ended]);
    expect(await at.recorded(2)).toEqual([[C], [FIRST, NEXT]]);
    expect(changes().filter((change) => change === 'handed-over')).toHaveLength(1);
  });

  it('follows a manager into a call that he makes, changes how he takes part there, and keeps that for the next', async () => {
    await at.office.manager('101');
    const anna = await at.office.extensionId('101');
    const follow = `/extensions/${anna}/follow`;
    const asked = await at.office.system.api('POST', follow, { mode: 'listen' }, { as: 'sofia' });
    expect(asked.status).toBe(204);
    const sofia = await (await at.phone.incoming()).answer(SUPERVISOR);
    const made = await at.talkMade();
    await at.expectSound([
      [sofia, [C, FIRST]],
      [made.manager, [C]],
      [made.client, [FIRST]],
    ]);
    expect((await at.supervision('PATCH', { mode: 'whisper' })).status).toBe(200);
    await at.expectSound([
      [made.manager, [C, SUPERVISOR]],
      [made.client, [FIRST]],
    ]);
    await made.client.hangUp();
    await made.manager.ended;
    await until('he takes part in no call', async () => (await at.supervision('GET')).body.callId === null);
    at.watcher.events.length = 0;
    const { id, manager, client } = await at.talk();
    await at.expectSound([
      [manager, [C, SUPERVISOR]],
      [client, [FIRST]],
    ]);
    await client.hangUp();
    await manager.ended;
    await sofia.hangUp();
    const written = async () =>
      (await at.office.system.ledger(id))
        .filter(({ kind }) => kind.startsWith('supervision'))
        .map(({ kind, payload }) => [kind, payload['mode']]);
    await until('his end is written', async () => (await written()).length === 2);
    expect(await written()).toEqual([
      ['supervision.started', 'whisper'],
      ['supervision.ended', undefined],
    ]);
  });
});
