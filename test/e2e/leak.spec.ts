import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation, IncomingCall, Phone } from '../../src/simulate/phone.js';
import { LeakFinder } from '../support/leak-finder.js';
import { leakyCall, leakyHeaders, spellingsOf, type Spelling } from '../support/leaky-carrier.js';
import { COMPANY_NUMBER, Office, TONES } from '../support/office.js';
import { walkOpenApi } from '../support/openapi-walk.js';
import { SocketTap } from '../support/socket-tap.js';
import { until } from '../support/until.js';
import { Watcher } from '../support/watcher.js';

const CLIENT = '+79167654321';
/** Of the manager at extension 103. */
const MOBILE = '+79035557788';
const [international, national, bare] = spellingsOf(CLIENT);
const MANAGERS = ['manager1', 'manager2', 'manager3'] as const;

const clientFinder = new LeakFinder(CLIENT);
const mobileFinder = new LeakFinder(MOBILE);

describe('nobody sees the other’s number', () => {
  let tap: SocketTap;
  let office: Office;
  /** Tells the client's number wherever a carrier can, and rings clients and mobiles. */
  let carrier: Phone;
  /** On UDP, and on a WebSocket as a browser is. */
  let first: Phone;
  let second: Phone;
  let watchers: Watcher[];
  let code: string;

  beforeAll(async () => {
    tap = new SocketTap();
    office = await Office.open({ settings: { LOG_LEVEL: 'trace' } });
    const { system } = office;
    carrier = office.carrier;
    first = await office.manager('101');
    second = await office.phone('102', {
      password: 'secret102',
      protocol: 'ws',
      server: { ip: '127.0.0.1', port: Number(system.settings['SIP_WS_PORT']) },
    });
    expect((await second.register()).status).toBe(200);
    await office.changeGroup({
      memberIds: [await office.extensionId('101'), await office.extensionId('102')],
    });
    for (const name of MANAGERS) await system.signIn(name, `${name}@example.com`, `${name}-demo`);
    await system.signIn('supervisor', 'supervisor@example.com', 'supervisor-demo');
    watchers = await Promise.all(MANAGERS.map((name) => Watcher.open(system, name)));
  }, 90_000);
  afterEach(async () => {
    expectNothingInPackets();
    await forgetRinging();
  });
  afterAll(async () => {
    watchers?.forEach((watcher) => watcher.close());
    await office?.close();
    tap?.close();
  });

  async function changed(method: string, path: string, body?: unknown): Promise<void> {
    const { status } = await office.system.api(method, path, body);
    expect([path, status]).toEqual([path, 200]);
  }

  /** Phones forget the calls that others took. */
  const forgetRinging = () => Promise.all([first, second, carrier].map((phone) => phone.fallSilent()));

  const call = (spelling: Spelling) =>
    carrier.dial(COMPANY_NUMBER, { toneHz: TONES.caller, ...leakyCall(spelling, carrier.sipPort) });

  /** The client takes a call of the company, and his carrier tells who he is. */
  const takenByClient = async (ringing: Promise<IncomingCall>): Promise<Conversation> =>
    (await ringing).answer(TONES.caller, leakyHeaders(national, carrier.sipPort));

  const endedCalls = async (count: number) => {
    const calls = await office.system.endedCalls(count);
    expect(calls).toHaveLength(count);
    return calls;
  };

  /** Call-IDs of the carrier's legs towards mobiles; all others are the client's. */
  const mobileLegs = (): Set<string> =>
    new Set(
      tap
        .received(carrier.sipPort)
        .map(String)
        .filter((packet) => packet.startsWith(`INVITE sip:${MOBILE}@`))
        .map(callIdOf),
    );

  /** What managers' devices and mobiles received. */
  const atManagers = (): Record<string, Buffer> => {
    const legs = mobileLegs();
    return {
      'the phone of 101 (UDP)': Buffer.concat(tap.received(first.sipPort)),
      'the phone of 102 (WebSocket)': tap.receivedFrom(Number(office.system.settings['SIP_WS_PORT'])),
      'the mobile of 103': Buffer.concat(
        tap.received(carrier.sipPort).filter((packet) => legs.has(callIdOf(String(packet)))),
      ),
    };
  };

  /** What the client's own legs received. */
  const atClient = (): Buffer => {
    const legs = mobileLegs();
    return Buffer.concat(
      tap.received(carrier.sipPort).filter((packet) => !legs.has(callIdOf(String(packet)))),
    );
  };

  function expectNothingInPackets(): void {
    expectNoHits(atManagers(), clientFinder);
    expectNoHits({ 'the client’s leg': atClient() }, mobileFinder);
    expect(String(atClient())).not.toMatch(/sip:10[123]@|secret10/);
  }

  /** Whatever the database holds, but for what is sealed. */
  async function tables(): Promise<Record<string, string>> {
    const names = await office.system.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const surfaces: Record<string, string> = {};
    for (const { name } of names) {
      const rows = await office.system.sql<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      surfaces[`the table ${name}`] = rows.map(({ row }) => row).join('\n');
    }
    return surfaces;
  }

  it('in a call that is answered, held, and held by the client', async () => {
    const inbound = await call(international);
    const manager = await (await first.incoming()).answer(TONES['101']);
    const client = await inbound.answered;
    await manager.hold();
    await manager.resume();
    await client.hold();
    await client.resume();
    expectNoHits(await tables(), clientFinder); // of a call that goes on, too
    await client.audio.listen(300);
    await client.hangUp();
    await manager.ended;
    const [row] = await endedCalls(1);
    code = row?.client?.code as string;
    expect(code).toMatch(/^\d{5}$/);
  });

  it('in a call that the browser’s socket takes', async () => {
    const inbound = await call(national);
    const manager = await (await second.incoming()).answer(TONES['102']);
    const client = await inbound.answered;
    await manager.hangUp();
    await client.ended;
    expect((await endedCalls(2))[1]?.client?.code).toBe(code); // the same client in whatever notation
  });

  it('in a call of a client who withholds it, though his carrier tells', async () => {
    const inbound = await carrier.dial(COMPANY_NUMBER, {
      ...leakyCall(national, carrier.sipPort),
      headers: { ...leakyHeaders(national, carrier.sipPort), Privacy: 'id' },
    });
    const manager = await (await first.incoming()).answer();
    await (await inbound.answered).hangUp();
    await manager.ended;
    expect((await endedCalls(3))[2]).toMatchObject({ callerKind: 'withheld', client: null });
  });

  it('in a call to the client by his code, taken or not', async () => {
    const atCarrier = carrier.incoming();
    const outgoing = await first.dial(code, { toneHz: TONES['101'] });
    const client = await takenByClient(atCarrier);
    await (await outgoing.answered).hangUp();
    await client.ended;
    const busy = carrier.incoming();
    const unreached = await second.dial(code);
    (await busy).refuse(486, {
      ...leakyHeaders(international, carrier.sipPort),
      Reason: `Q.850;cause=17;text="${CLIENT}"`,
    });
    expect(await unreached.status()).toBeGreaterThanOrEqual(400);
    await endedCalls(5);
  });

  it('in click-to-call', async () => {
    const atCarrier = carrier.incoming();
    const { status } = await office.system.api('POST', '/calls', { clientCode: code }, { as: 'manager1' });
    expect(status).toBe(202);
    const manager = await (await first.incoming()).answer(TONES['101']);
    const client = await takenByClient(atCarrier);
    await client.hangUp();
    await manager.ended;
    await endedCalls(6);
  });

  it('on a manager’s mobile, and the mobile’s own on the client’s side', async () => {
    await changed('PATCH', `/extensions/${await office.extensionId('103')}`, { mobile: MOBILE });
    await office.changeGroup({ memberIds: [await office.extensionId('103')] });
    const atCarrier = carrier.incoming();
    const inbound = await call(bare);
    const mobile = await (
      await atCarrier
    ).answer(TONES['103'], leakyHeaders(spellingsOf(MOBILE)[1], carrier.sipPort));
    mobile.audio.press('1');
    const client = await inbound.answered;
    await client.audio.listen(300);
    await mobile.hangUp();
    await client.ended;
    expect(mobileLegs().size).toBe(1);
    await endedCalls(7);
  });

  it('in calls that are given up, missed and turned away', async () => {
    await office.changeGroup({
      memberIds: [await office.extensionId('101'), await office.extensionId('102')],
    });
    const abandoned = await call(bare);
    await abandoned.ringing;
    abandoned.cancel();
    await abandoned.status();
    await office.changeGroup({ ringTimeoutS: 1 });
    await forgetRinging();
    const missed = await call(international);
    (await first.incoming()).refuse(603); // and the other one rings in vain
    expect(await missed.status()).toBe(480);
    // Refused before it is a call: no such number, no codec, too many hops.
    const dial = (number: string, more = {}) =>
      carrier
        .dial(number, { ...leakyCall(bare, carrier.sipPort), ...more })
        .then((refused) => refused.status());
    expect(await dial('+74950000197')).toBe(404);
    expect(await dial(COMPANY_NUMBER, { sdp: 'v=0\r\nm=audio 9 RTP/AVP 4\r\n' })).toBeGreaterThanOrEqual(400);
    await endedCalls(10);
  });

  it('in all that a manager’s or supervisor’s account can read by REST, new routes included', async () => {
    await until('every recording is stored', async () => {
      const [open] = await office.system.sql(
        `SELECT FROM recording WHERE state NOT IN ('stored', 'missing')`,
      );
      return open === undefined;
    });
    for (const as of ['manager1', 'manager3', 'supervisor']) {
      const steps = await walkOpenApi(office.system, as);
      expect(steps.filter(({ status }) => status >= 500)).toEqual([]);
      expect(
        steps.filter(({ path, status }) => /calls|recordings/.test(path) && status === 200).length,
      ).toBeGreaterThan(as === 'manager3' ? 2 : 5);
      expectNoHits(
        Object.fromEntries(steps.map(({ path, text }) => [`GET ${path} as ${as}`, text])),
        clientFinder,
      );
    }
  });

  it('in problem documents', async () => {
    const { system } = office;
    const [client] = (await system.api<{ items: { id: string }[] }>('GET', '/clients')).body.items;
    const requests: [string, string, unknown?][] = [
      ['POST', `/clients/${client?.id}/reveal`, { reason: 'a courier must call him' }],
      ['PATCH', `/clients/${client?.id}`, { name: 'another' }],
      ['GET', `/clients/${client?.id.replace(/^./, 'f')}`],
      ['GET', '/calls?cursor=nonsense'],
      ['POST', '/calls', { clientCode: '00000' }],
    ];
    for (const [method, path, body] of requests) {
      const answer = await system.api<object>(method, path, body, { as: 'manager1' });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expectNoHits({ [`${method} ${path}`]: JSON.stringify(answer.body) }, clientFinder);
    }
  });

  it('in the live feed, the pages, the metrics and the log at its most talkative', async () => {
    const { system } = office;
    expect(watchers.map(({ texts }) => texts.length > 0)).toEqual(MANAGERS.map(() => true));
    expectNoHits(
      {
        ...Object.fromEntries(
          watchers.map(({ texts }, at) => [`the feed of ${MANAGERS[at]}`, texts.join('\n')]),
        ),
        'the page at /': (await system.api<Buffer>('GET', '/health/ready', undefined, { as: null })).body,
        metrics: (await system.api<Buffer>('GET', '/metrics')).body,
        'the log': system.output,
      },
      clientFinder,
    );
    expect(system.output).toContain('"level":20'); // debug
    expectNoHits({ 'the log': system.output }, mobileFinder);
  });

  it('in the database but sealed, in names of files, in the spool', async () => {
    const { dataDir } = office.system;
    const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !/^(postgres|freeswitch)\//.test(name),
    );
    const spool = names.filter((name) => /^spool\/.*\.\w+$/.test(name));
    expectNoHits(
      {
        ...(await tables()),
        'names of files': names.join('\n'),
        'the spool': spool.map((name) => readFileSync(join(dataDir, name), 'latin1')).join('\n'),
      },
      clientFinder,
    );
  });
});

const callIdOf = (packet: string): string => /^(?:call-id|i)\s*:\s*(\S+)/im.exec(packet)?.[1] ?? '';

/** Fails with each surface, notation and excerpt. */
function expectNoHits(surfaces: Record<string, unknown>, finder: LeakFinder): void {
  const leaks = Object.entries(surfaces).flatMap(([surface, content]) => {
    const searched =
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    return finder.find(searched).map((hit) => ({ surface, ...hit }));
  });
  expect(leaks).toEqual([]);
}
