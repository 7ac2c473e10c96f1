import { wavHeader } from '../../src/common/wav-header.js';
import { expectToHear, Office, TONES } from '../support/office.js';
import { until } from '../support/until.js';
import { Watcher } from '../support/watcher.js';

const MANAGER = { as: 'manager1' } as const;
const GREETING_HZ = TONES['103'];

describe('what is set on the pages holds for calls', () => {
  let office: Office;
  beforeAll(async () => {
    office = await Office.open();
    await office.system.signIn('manager1', 'manager1@example.com', 'manager1-demo');
  }, 90_000);
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  it('a manager who is away is rung for nobody, the wall says so, and he is back at the time he named', async () => {
    const [away, desk] = await office.allManagers();
    const feed = await Watcher.open(office.system, 'admin');
    const say = (backAt: string | null) =>
      office.system.api('PUT', '/me/presence', { presence: 'away', backAt }, MANAGER);
    const told = (presence: string, backAt: string | null) =>
      feed.event(
        'extension',
        ({ extension }) =>
          extension.number === '101' && extension.presence === presence && extension.backAt === backAt,
      );
    expect((await say(null)).body).toEqual({ presence: 'away', backAt: null });
    await told('away', null);
    const call = await office.call('+79161234571');
    const manager = await (await desk.incoming()).answer(TONES['102']);
    await (await call.answered).hangUp();
    await manager.ended;
    expect(away.rung).toBe(0);

    const backAt = new Date(Date.now() + 1_000).toISOString();
    expect((await say(backAt)).body).toEqual({ presence: 'away', backAt });
    const leaving = await told('away', backAt);
    await until('he is here again', () =>
      feed.events
        .slice(feed.events.indexOf(leaving))
        .some(
          (event) =>
            event.type === 'extension' &&
            event.extension.number === '101' &&
            event.extension.presence === 'here',
        ),
    );
    const later = await office.call('+79161234572');
    await away.incoming();
    later.cancel();
    await office.system.endedCalls(2);
    const entries = (await office.system.ledger()).filter(({ kind }) => kind === 'presence.changed');
    expect(entries.map(({ payload }) => payload['presence'])).toEqual(['away', 'away', 'here']);
    feed.close();
  });

  it('a prompt that was uploaded greets the callers of a number, before any phone rings', async () => {
    const desk = await office.manager('101');
    const response = await fetch(`${office.system.web}/api/v1/prompts/ru/holidays`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${await office.system.token('admin')}`,
        'content-type': 'audio/wav',
      },
      body: new Uint8Array(tone(16_000, 3)),
    });
    expect(response.status).toBe(200);
    const { body } = await office.system.api<{ items: { id: string }[] }>('GET', '/company-numbers');
    const path = `/company-numbers/${body.items[0]?.id}`;
    expect((await office.system.api('PATCH', path, { greeting: 'holidays' })).status).toBe(200);
    const before = desk.rung;
    const call = await office.call('+79161234573');
    await expectToHear(call.audio, GREETING_HZ);
    expect(desk.rung).toBe(before);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    await (await call.answered).hangUp();
    await manager.ended;
    await office.system.api('PATCH', path, { greeting: null });
  });
});

/** A WAV file with the tone that nobody else sends. */
function tone(rate: number, seconds: number): Buffer {
  const data = Buffer.alloc(rate * seconds * 2);
  for (let at = 0; at < data.length / 2; at++)
    data.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * GREETING_HZ * at) / rate)), at * 2);
  return Buffer.concat([wavHeader(1, rate, data.length), data]);
}
