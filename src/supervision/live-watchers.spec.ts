import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpAdapterHost } from '@nestjs/core';
import { WebSocket } from 'ws';
import type { Metrics } from '../common/metrics.js';
import { TypedEvents } from '../common/typed-events.js';
import type { Identity } from '../identity/identity.js';
import type { FeedEntry } from './event-log.js';
import type { LiveFeed } from './live-feed.js';
import { LiveWatchers } from './live-watchers.js';

const PERSON = { companyId: 'c', role: 'supervisor', extension: null, supervises: [] as string[] };
const audience = { companyId: 'c', extensionIds: [], groupIds: [] };

describe('the watchers of the live feed', () => {
  let server: Server;
  let watchers: LiveWatchers;
  const feed = {
    events: new TypedEvents<{ entry: FeedEntry }>(),
    place: 'feed:0',
    since: (): FeedEntry[] | undefined => undefined,
    snapshotFor: () => ({ type: 'snapshot' }),
  };
  const entry = (full: string) => ({ before: undefined, now: audience, full, forManagers: '', gone: '' });
  const say = (full: string) => feed.events.publish('entry', entry(full));

  beforeAll(async () => {
    server = createServer();
    watchers = new LiveWatchers(
      { httpAdapter: { getHttpServer: () => server } } as unknown as HttpAdapterHost,
      feed as unknown as LiveFeed,
      { personOf: async () => PERSON } as unknown as Identity,
      { gauge: () => undefined } as unknown as Metrics,
    );
    watchers.onApplicationBootstrap();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    watchers.beforeApplicationShutdown();
    server.close();
  });

  async function watch(query = '', token = 'token'): Promise<WebSocket & { first: string }> {
    const { port } = server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const first = await new Promise<Buffer>((done, fail) => socket.once('message', done).once('error', fail));
    return Object.assign(socket, { first: first.toString() });
  }
  const SNAPSHOT = '{"type":"snapshot"}';

  it('one who does not read is cut off, while the others get everything', async () => {
    const [slow, quick] = [await watch(), await watch()];
    const got: string[] = [];
    quick.on('message', (data: Buffer) => got.push(data.toString().slice(0, 8)));
    slow.on('error', () => undefined);
    slow.pause();
    const big = 'x'.repeat(64 * 1024);
    const count = 400; // 25 MB: more than any kernel keeps for one who does not read
    for (let one = 0; one < count; one++) {
      say(`${String(one).padStart(8, '0')}${big}`);
      await new Promise((done) => setImmediate(done));
      await until(() => got.length >= one - 4);
    }
    await until(() => got.length === count);
    expect(got[0]).toBe('00000000');
    expect(got.at(-1)).toBe('00000399');
    const cut = new Promise((done) => slow.once('close', done));
    slow.resume();
    await cut;
    quick.terminate();
  });

  describe('one who comes back after a break', () => {
    const comesBack = async (token = 'token') => {
      const socket = await watch('?after=feed:1', token);
      socket.terminate();
      return socket.first;
    };
    beforeEach(async () => (await watch()).terminate());
    afterEach(() => {
      feed.since = () => undefined;
      PERSON.supervises = [];
    });

    it('is told what he missed', async () => {
      feed.since = () => [entry('one'), entry('two')];
      expect(await comesBack()).toBe('one');
    });

    it('is shown all anew where he missed more than could wait for him, and not cut off for it', async () => {
      feed.since = () => Array.from({ length: 4_000 }, () => entry('x'.repeat(1_000)));
      expect(await comesBack()).toBe(SNAPSHOT);
    });

    it('is shown all anew where he may see more or less than before, or was not here', async () => {
      feed.since = () => [entry('one')];
      expect(await comesBack('another')).toBe(SNAPSHOT);
      PERSON.supervises = ['group'];
      expect(await comesBack()).toBe(SNAPSHOT);
    });
  });
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((next) => setImmediate(next));
}
