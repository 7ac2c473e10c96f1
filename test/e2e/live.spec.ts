import { WebSocket } from 'ws';
import { Office, TONES } from '../support/office.js';
import { until } from '../support/until.js';
import { Watcher } from '../support/watcher.js';

describe('the live feed', () => {
  let office: Office;
  const watchers: Watcher[] = [];
  const watch = async (as: string, after?: string) => {
    const watcher = await Watcher.open(office.system, as, after);
    watchers.push(watcher);
    return watcher;
  };

  beforeAll(async () => {
    office = await Office.open();
    await office.changeGroup({ strategy: 'in_turn', ringTimeoutS: 2 });
    for (const [count, name] of ['manager1', 'manager2'].entries())
      await office.system.signIn(`${name}@example.com`, `${name}@example.com`, `manager${count + 1}-demo`);
  }, 90_000);
  afterEach(async () => {
    for (const watcher of watchers.splice(0)) watcher.close();
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  it('shows a call as it rings, is answered and ends: to each what is his to see, and no number to anyone', async () => {
    const [admin, boris] = [await watch('admin'), await watch('manager2@example.com')];
    expect((await admin.event('snapshot')).extensions.map(({ number }) => number).sort()).toEqual([
      '101',
      '102',
      '103',
    ]);
    expect((await boris.event('snapshot')).extensions.map(({ number }) => number)).toEqual(['102']);

    const [desk101, desk102] = [await office.manager('101'), await office.manager('102')];
    await admin.event(
      'extension',
      ({ extension }) => extension.number === '101' && extension.state === 'free',
    );
    const call = await office.call('+79161234561');
    await desk101.incoming(); // rings out; then 102
    const { call: ringing } = await admin.event('call', (event) => event.call.ringing[0]?.number === '101');
    expect(ringing).toMatchObject({
      direction: 'inbound',
      state: 'ringing',
      client: { code: expect.any(String) },
    });
    const at102 = await (await desk102.incoming()).answer(TONES['102']);
    await call.answered;
    await boris.event(
      'call',
      (event) => event.change === 'ringing' && event.call.ringing[0]?.number === '102',
    );
    const { call: talking } = await boris.event('call', ({ change }) => change === 'answered');
    expect(talking).toMatchObject({ state: 'talking', manager: { number: '102' }, supervisors: [] });
    await boris.event('extension', ({ extension }) => extension.state === 'talking');
    await (await call.answered).hangUp();
    await at102.ended;
    expect(await admin.event('call-gone')).toMatchObject({ id: ringing.id, outcome: 'answered' });
    await boris.event('call-gone');
    for (const { texts } of [admin, boris]) expect(texts.join('\n')).not.toMatch(/9161234561/);
  });

  it('says to all who see a call whether it is recorded, and when that is paused and resumed', async () => {
    const [admin, anna] = [await watch('admin'), await watch('manager1@example.com')];
    const desk = await office.manager('101');
    const call = await office.call('+79161234564');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const client = await call.answered;
    const { call: talking } = await anna.event('call', ({ change }) => change === 'answered');
    expect(talking.recording).toBe('runs');
    for (const [action, change, recording] of [
      ['pause', 'recording-paused', 'paused'],
      ['resume', 'recording-resumed', 'runs'],
    ] as const) {
      // He who sees that it was answered may be sooner than its entry.
      await until(`the server does ${action}`, async () => {
        const { status } = await office.system.api('POST', `/calls/${talking.id}/recording`, { action });
        return status === 200;
      });
      for (const watcher of [admin, anna]) {
        const { call: told } = await watcher.event('call', (event) => event.change === change);
        expect(told).toMatchObject({ id: talking.id, recording });
      }
    }
    await client.hangUp();
    await manager.ended;
  });

  it('a manager whose phone rings no longer sees the call no longer', async () => {
    const anna = await watch('manager1@example.com');
    const [desk101, desk102] = [await office.manager('101'), await office.manager('102')];
    const call = await office.call('+79161234562');
    await desk101.incoming();
    const { call: seen } = await anna.event('call', (event) => event.call.ringing.length > 0);
    const at102 = await (await desk102.incoming()).answer(TONES['102']);
    await call.answered;
    expect(await anna.event('call-gone')).toMatchObject({ id: seen.id, outcome: null });
    await (await call.answered).hangUp();
    await at102.ended;
  });

  it('goes on after a break with what was missed, and anew where that is too long ago', async () => {
    const first = await watch('admin');
    await first.event('snapshot');
    const place = first.place;
    first.close();
    await office.manager('103');
    const again = await watch('admin', place);
    await again.event('extension', ({ extension }) => extension.number === '103' && extension.devices === 1);
    expect(again.events.some(({ type }) => type === 'snapshot')).toBe(false);
    const stranger = await watch('admin', 'another-feed:7');
    await stranger.event('snapshot');
  });

  it('tells who comes back in the midst of a call exactly what one who stayed was told, each event once', async () => {
    const [stays, leaves] = [await watch('admin'), await watch('admin')];
    const desk = await office.manager('101');
    const call = await office.call('+79161234563');
    const ringing = await desk.incoming();
    await leaves.event('call', ({ change }) => change === 'ringing');
    leaves.close();
    const manager = await ringing.answer(TONES['101']);
    const client = await call.answered;
    await stays.event('call', ({ change }) => change === 'answered');
    await manager.hold();
    await stays.event('call', ({ change }) => change === 'held');
    const again = await watch('admin', leaves.place);
    await manager.resume();
    await client.hangUp();
    await manager.ended;
    await Promise.all([stays.event('call-gone'), again.event('call-gone')]);
    const known = stays.texts.findIndex((text) => text.includes(leaves.place));
    const told = stays.texts.slice(known + 1).filter((text) => !text.startsWith('{"type":"beat"'));
    const end = again.texts.findIndex((text) => text.startsWith('{"type":"call-gone"'));
    const toldAgain = again.texts.slice(0, end + 1).filter((text) => !text.startsWith('{"type":"beat"'));
    expect(toldAgain).toEqual(told.slice(0, toldAgain.length));
    expect(again.events.flatMap((event) => (event.type === 'call' ? [event.change] : []))).toEqual(
      expect.arrayContaining(['answered', 'held', 'retrieved']),
    );
    const places = again.texts.slice(0, end + 1).map((text) => Number(/"at":"[^:"]+:(\d+)"/.exec(text)?.[1]));
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
  });

  it('lets nobody in who is not signed in, and no page of another site', async () => {
    const url = `${office.system.web.replace('http', 'ws')}/live`;
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((done) => {
        const socket = new WebSocket(url, { headers });
        socket.once('unexpected-response', (_, { statusCode }) => done(statusCode));
        socket.once('open', () => done(101));
        socket.on('error', () => undefined);
      });
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    const cookie = `linekeeper=${await office.system.token('admin')}`;
    expect(await status({ cookie, origin: 'http://evil.example' })).toBe(403);
  });
});
