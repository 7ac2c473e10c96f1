import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallView } from '../../src/contracts/calls.js';
import type { MediaServerView } from '../../src/contracts/media-servers.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { embeddedEngine } from '../support/embedded-engine.js';
import { startEngines } from '../support/engines.js';
import { env } from '../support/env.js';
import { startMediaBox } from '../support/media-box.js';
import { expectToHear, Office, recordingOf, TONES } from '../support/office.js';
import { isAlive } from '../support/processes.js';
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

describe('PostgreSQL away during calls', () => {
  let office: Office;
  let database: TestDatabase;
  let proxy: TcpProxy;

  beforeAll(async () => {
    database = await testDatabase();
    const url = new URL(database.url);
    proxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${proxy.port}`;
    office = await Office.open({ database, settings: { DATABASE_URL: url.href, LEDGER_PATIENCE_MS: '300' } });
    await office.changeGroup({ ringTimeoutS: 1 });
  }, 90_000);
  afterEach(async () => {
    await proxy.mend();
    await office.silentDesks();
  });
  afterAll(async () => {
    await office?.close();
    await proxy.close();
  });

  /** One answered and one missed call; both parties hear each other whatever the database does. */
  async function twoCalls(client: string): Promise<void> {
    const desk = await office.manager('101');
    const call = await office.call(client);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101']);
    await caller.hangUp();
    await manager.ended;
    expect(await (await office.call(client)).status()).toBe(480);
  }

  /** What the ledger holds of one call, in its own order. */
  const story = async (call: CallView) =>
    (await office.system.ledger(call.id))
      .map(({ kind }) => kind)
      .filter((kind) => /^call\.(?!leg)/.test(kind));

  it.each([
    ['stopped', () => proxy.cut(), '+79161234541'],
    ['slow past all patience', async () => proxy.stall(), '+79161234542'],
  ] as const)(
    '%s: no call is refused, and all is written afterwards, in order, once',
    async (_, fault, client) => {
      const before = (await office.system.calls()).length;
      await office.manager('101');
      await fault();
      await twoCalls(client);
      await proxy.mend();
      const [answered, missed] = (await office.system.endedCalls(before + 2, 30_000)).slice(before);
      expect(answered).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
      expect(missed).toMatchObject({ outcome: 'missed' });
      expect(answered!.client!.code).toBe(missed!.client!.code);
      expect(await story(answered!)).toEqual(['call.received', 'call.answered', 'call.ended']);
      expect(await story(missed!)).toEqual(['call.received', 'call.ended']);
      expect(await recordingOf(office.system, answered!)).not.toHaveLength(0);
      await office.system.assertNothingLeft();
    },
  );

  it('stopped and the control plane killed -9 meanwhile: the spool is replayed by the next start, once', async () => {
    const before = (await office.system.calls()).length;
    await office.manager('101');
    await proxy.cut();
    await twoCalls('+79161234543');
    await office.system.kill9();
    await proxy.mend();
    await office.system.restart();
    const calls = (await office.system.endedCalls(before + 2, 30_000)).slice(before);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['answered', 'missed']);
    const ids = await office.system.sql<{ twice: number }>(
      'SELECT count(*)::int AS twice FROM (SELECT entry_id FROM ledger_entry GROUP BY entry_id HAVING count(*) > 1) x',
    );
    expect(ids[0]!.twice).toBe(0);
    await office.system.assertNothingLeft();
  });
});

describe('kill -9 at any moment', () => {
  let office: Office;
  beforeAll(async () => {
    office = await Office.open({ settings: { RTP_TIMEOUT_S: '3' } });
    await office.changeGroup({ ringTimeoutS: 20 });
  }, 90_000);
  afterAll(() => office?.close());

  /** What a call is doing when the blow falls; each leaves it there. */
  const MOMENTS = {
    'just received': async () => {
      const call = await office.call('+79161234551');
      await until(
        'it is written',
        async () => (await office.system.sql('SELECT 1 FROM call WHERE ended_at IS NULL')).length,
      );
      return call;
    },
    ringing: async () => {
      const desk = await office.manager('101');
      const call = await office.call('+79161234552');
      await Promise.all([desk.incoming(), call.ringing]);
      return call;
    },
    talking: async () => {
      const desk = await office.manager('101');
      const call = await office.call('+79161234553');
      await (await desk.incoming()).answer(TONES['101']);
      await expectToHear((await call.answered).audio, TONES['101']);
      return call;
    },
  };

  // The real servers' own deaths are another matter: the control plane outlives them.
  const victims =
    env.engine === 'embedded' ? (['control plane', 'engine'] as const) : (['control plane'] as const);
  describe.each([...victims])('of the %s', (victim) => {
    it.each(Object.keys(MOMENTS) as (keyof typeof MOMENTS)[])(
      'while a call is %s: after the restart it is ended in the ledger, and new calls go through',
      async (moment) => {
        const before = (await office.system.calls()).length;
        const caller = await MOMENTS[moment]();
        if (victim === 'engine') {
          process.kill(office.system.enginePid, 'SIGKILL');
          // The product ends when its engine has; whoever supervises it starts it anew.
          await office.system.ended().catch(() => undefined);
        } else await office.system.kill9();
        await office.system.restart();
        // The real servers outlive the control plane, and so do those who talk; the embedded engine is its child.
        if (moment === 'talking' && env.engine === 'external') await (await caller.answered).hangUp();
        const call = await office.lastCall(before + 1);
        expect(call.endedAt).not.toBeNull();
        expect(call.outcome).toEqual(
          moment === 'talking' ? 'answered' : expect.stringMatching(/missed|abandoned/),
        );
        await office.system.assertNothingLeft(15_000);

        const desk = await office.manager('102');
        await desk.register();
        const next = await office.call('+79161234554');
        const manager = await (await desk.incoming()).answer(TONES['102']);
        await (await next.answered).hangUp();
        await manager.ended;
        await office.system.endedCalls(before + 2);
        await office.silentDesks();
      },
      90_000,
    );
  });
});

describe('kill -9 of the embedded PostgreSQL', () => {
  it('during a conversation: the call goes on, its end is written, nothing is open after the restart', async () => {
    const office = await Office.open({ embeddedDatabase: true });
    const { system } = office;
    const desk = await office.manager('101');
    const call = await office.call('+79161234561');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101']);
    const postgres = system.postgresPid;
    process.kill(postgres, 'SIGKILL');
    await until('PostgreSQL is gone', () => !isAlive(postgres));
    await expectToHear(caller.audio, TONES['101']);
    await caller.hangUp();
    await manager.ended;
    if (system.running) await system.terminate(60_000);
    await system.restart();
    const [ended] = await system.endedCalls(1, 30_000);
    expect(ended).toMatchObject({ outcome: 'answered', endedBy: 'client' });
    await system.assertNothingLeft();
    await office?.close();
  }, 150_000);
});

describe('kill -9 of a media server', () => {
  it('after a transfer: the client and the second manager hear each other again, on another one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linekeeper-faults-'));
    const engines = env.engine === 'external' ? await startEngines(folder) : await embeddedEngine(folder);
    const victim = await startMediaBox(folder, 1);
    const database = await testDatabase();
    const first = engines.settings['FREESWITCH_URL'] as string;
    const office = await Office.open({
      shared: { engines, database },
      settings: {
        ...engines.settings,
        FREESWITCH_URL: [first, victim.url].join(','),
        RECORDINGS_DIR: join(folder, 'recordings'),
      },
    });
    const { system } = office;
    const change = (what: 'drain' | 'resume') =>
      system.api('POST', `/media-servers/${new URL(first).host}/${what}`);
    try {
      await until('both media servers are up', async () => {
        const { body } = await system.api<{ items: MediaServerView[] }>('GET', '/media-servers');
        return body.items.every(({ health }) => health === 'up');
      });
      expect((await change('drain')).status).toBe(200);
      const desk = await office.manager('101');
      const call = await office.call('+79161234564');
      const manager = await (await desk.incoming()).answer(TONES['101']);
      const client = await call.answered;
      await expectToHear(client.audio, TONES['101']);
      const colleague = await office.manager('102'); // not before: he is of the same group
      expect(await manager.refer('102')).toBe(202);
      const second = await (await colleague.incoming()).answer(TONES['102']);
      await manager.ended;
      await expectToHear(client.audio, TONES['102']);
      expect((await change('resume')).status).toBe(200);

      process.kill(victim.pid, 'SIGKILL');
      await until('both are joined anew', async () => {
        const rows = await system.sql(`SELECT 1 FROM ledger_entry WHERE kind = 'call.rejoined'`);
        return rows.length === 1;
      });
      await expectToHear(client.audio, TONES['102']);
      await expectToHear(second.audio, TONES.caller);
      await client.hangUp();
      await second.ended;
      expect(await office.lastCall(1)).toMatchObject({
        outcome: 'answered',
        ending: 'client-hung-up',
        manager: { number: '102' },
      });
      await system.assertNothingLeft();
    } finally {
      await office.close();
      await Promise.all([engines.stop(), victim.stop()]);
      await database.drop();
      if (!env.keep) rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});

const describeEmbedded = env.engine === 'embedded' ? describe : () => undefined;

describeEmbedded('an embedded engine that hangs', () => {
  it('during a conversation, for longer than its pings may take: the call has an ending, and the next one goes through', async () => {
    const office = await Office.open();
    const desk = await office.manager('101');
    const call = await office.call('+79161234562');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101']);
    const engine = office.system.enginePid;
    process.kill(engine, 'SIGSTOP');
    try {
      // Neither events nor answers come: the control plane must see it by itself.
      await until(
        'the control plane calls itself unready',
        () =>
          office.system.isReady().then(
            (up) => !up,
            () => true,
          ),
        40_000,
      );
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await until('it is ready again', () => office.system.isReady(), 40_000);
    await Promise.all([caller.hangUp(), manager.hangUp()]);
    const [ended] = await office.system.endedCalls(1, 30_000);
    expect(ended!.outcome).toBe('answered');
    await office.system.assertNothingLeft(30_000);

    await desk.register();
    const next = await office.call('+79161234563');
    await (await desk.incoming()).answer(TONES['101']);
    await expectToHear((await next.answered).audio, TONES['101']);
    await office.silentDesks();
    await office.system.endedCalls(2);
    await office.close();
  }, 150_000);
});

describe('SIGTERM', () => {
  it('drains: the conversation goes on to its end, new calls are refused, and the process ends with 0', async () => {
    const office = await Office.open();
    const desk = await office.manager('101');
    const call = await office.call('+79161234571');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await expectToHear(caller.audio, TONES['101']);
    office.system.signal('SIGTERM');
    await until('it says so', () => /Waiting for 1 call/.test(office.system.output));
    expect(await (await office.call('+79161234572')).status()).toBe(503);
    await Promise.all([expectToHear(caller.audio, TONES['101']), expectToHear(manager.audio, TONES.caller)]);
    const children = office.system.children();
    await caller.hangUp();
    await manager.ended;
    expect(await office.system.ended()).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
    const rows = await office.system.sql('SELECT outcome, ended_by FROM call WHERE answered_at IS NOT NULL');
    expect(rows).toEqual([{ outcome: 'answered', ended_by: 'client' }]);
    await office?.close();
  }, 90_000);

  it('twice: the conversation is ended at once, both phones hear of it, and the ledger says why', async () => {
    const office = await Office.open();
    const desk = await office.manager('101');
    const call = await office.call('+79161234573');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    office.system.signal('SIGTERM');
    await until('it says so', () => /Waiting for 1 call/.test(office.system.output));
    office.system.signal('SIGTERM');
    await Promise.all([manager.ended, caller.ended]);
    expect(await office.system.ended()).toBe(0);
    expect(await office.system.sql('SELECT outcome, ending FROM call')).toEqual([
      { outcome: 'answered', ending: 'shut-down' },
    ]);
    await office?.close();
  }, 90_000);
});
