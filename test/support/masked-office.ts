import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallView } from '../../src/contracts/calls.js';
import type { Conversation } from '../../src/simulate/conversation.js';
import type { IncomingCall } from '../../src/simulate/incoming-call.js';
import type { OutgoingCall } from '../../src/simulate/outgoing-call.js';
import type { Phone } from '../../src/simulate/phone.js';
import { LeakFinder } from './leak-finder.js';
import { leakyCall, leakyHeaders, spellingsOf, type Spelling } from './leaky-carrier.js';
import { COMPANY_NUMBER, Office, TONES } from './office.js';
import { walkOpenApi } from './openapi-walk.js';
import { SocketTap } from './socket-tap.js';
import { until } from './until.js';
import { Watcher } from './watcher.js';

export const CLIENT = '+79167654321';
/** Of the manager at extension 103. */
export const MOBILE = '+79035557788';
const [international, national, bare] = spellingsOf(CLIENT);
export const SPELLED = { international, national, bare };

const MANAGERS = ['manager1', 'manager2', 'manager3'] as const;
const clientFinder = new LeakFinder(CLIENT);
const mobileFinder = new LeakFinder(MOBILE);

/**
 * An office with a client whose carrier tells his number wherever it can. Every byte that managers' devices, managers'
 * mobiles and the client's own legs receive is kept, to be searched for the other side's number.
 */
export class MaskedOffice {
  /** Whatever else managers hold in their hands: what its port received. */
  private readonly more = new Map<string, Phone>();
  /** Calls that were over before the test. */
  private before = 0;

  private constructor(
    private readonly tap: SocketTap,
    readonly office: Office,
    /** The phone of 101, on UDP. */
    readonly first: Phone,
    /** The phone of 102. */
    readonly second: Phone,
    private readonly watchers: readonly Watcher[],
  ) {}

  /** @param protocol of the phone of 102: `ws`, as a browser's, or `udp`, as a softphone's, with sound */
  static async open(protocol: 'udp' | 'ws'): Promise<MaskedOffice> {
    const tap = new SocketTap();
    const office = await Office.open({ settings: { LOG_LEVEL: 'trace' } });
    const { system } = office;
    const second = await office.phone('102', {
      password: 'secret102',
      protocol,
      server: {
        ip: '127.0.0.1',
        port: protocol === 'ws' ? Number(system.settings['SIP_WS_PORT']) : system.sipPort,
      },
    });
    const { status } = await second.register();
    if (status !== 200) throw new Error(`REGISTER over ${protocol} was answered ${status}`);
    for (const name of MANAGERS) await system.signIn(name, `${name}@example.com`, `${name}-demo`);
    await system.signIn('supervisor', 'supervisor@example.com', 'supervisor-demo');
    const watchers = await Promise.all(MANAGERS.map((name) => Watcher.open(system, name)));
    const masked = new MaskedOffice(tap, office, await office.manager('101'), second, watchers);
    await masked.group('101', '102');
    return masked;
  }

  /** Tells the client's number wherever a carrier can, and rings clients and mobiles. */
  get carrier(): Phone {
    return this.office.carrier;
  }

  /** What this phone receives is searched as a manager's. */
  heldByManager(name: string, phone: Phone): Phone {
    this.more.set(name, phone);
    return phone;
  }

  /** These extensions answer the company's number. */
  async group(...members: ('101' | '102' | '103')[]): Promise<void> {
    await this.office.changeGroup({
      memberIds: await Promise.all(members.map((number) => this.office.extensionId(number))),
    });
  }

  /** The client calls the company. */
  call(spelling: Spelling): Promise<OutgoingCall> {
    const { carrier } = this;
    return carrier.dial(COMPANY_NUMBER, { toneHz: TONES.caller, ...leakyCall(spelling, carrier.sipPort) });
  }

  /** The client takes a call of the company, and his carrier tells who he is. */
  async takenByClient(ringing: Promise<IncomingCall>): Promise<Conversation> {
    return (await ringing).answer(TONES.caller, leakyHeaders(national, this.carrier.sipPort));
  }

  /** The client's carrier tells his number within the call, too. */
  async tellsInDialog(client: Conversation): Promise<void> {
    const headers = leakyHeaders(national, this.carrier.sipPort);
    await client.dialog.request('INFO', {
      headers: { ...headers, 'Content-Type': 'text/plain' },
      body: `from ${CLIENT}`,
    });
    await client.dialog.request('OPTIONS', { headers });
  }

  /** Nothing of an earlier test goes on; endedCalls() counts from here. */
  async begin(): Promise<void> {
    this.before = (await this.office.system.endedCalls(0)).length;
  }

  /** Waits until the test's calls are over. @returns them, the oldest first */
  async endedCalls(count: number): Promise<CallView[]> {
    const calls = (await this.office.system.endedCalls(this.before + count)).slice(this.before);
    if (calls.length !== count) throw new Error(`${calls.length} calls, not ${count}`);
    return calls;
  }

  /** Phones forget the calls that others took. */
  async forgetRinging(): Promise<void> {
    const phones = [this.first, this.second, this.carrier, ...this.more.values()];
    await Promise.all(phones.map((phone) => phone.fallSilent()));
  }

  /** Call-IDs of the carrier's legs towards mobiles; all others are the client's. */
  mobileLegs(): Set<string> {
    const packets = this.tap.received(this.carrier.sipPort).map(String);
    return new Set(packets.filter((packet) => packet.startsWith(`INVITE sip:${MOBILE}@`)).map(callIdOf));
  }

  private atManagers(): Record<string, Buffer> {
    const { tap, office } = this;
    const legs = this.mobileLegs();
    const atCarrier = tap.received(this.carrier.sipPort);
    return {
      'the phone of 101': Buffer.concat(tap.received(this.first.sipPort)),
      'the phone of 102':
        this.second.options.protocol === 'ws'
          ? tap.receivedFrom(Number(office.system.settings['SIP_WS_PORT']))
          : Buffer.concat(tap.received(this.second.sipPort)),
      'the mobile of 103': Buffer.concat(atCarrier.filter((packet) => legs.has(callIdOf(String(packet))))),
      ...Object.fromEntries(
        [...this.more].map(([name, { sipPort }]) => [name, Buffer.concat(tap.received(sipPort))]),
      ),
    };
  }

  private atClient(): Buffer {
    const legs = this.mobileLegs();
    const atCarrier = this.tap.received(this.carrier.sipPort);
    return Buffer.concat(atCarrier.filter((packet) => !legs.has(callIdOf(String(packet)))));
  }

  /** Fails where one side's devices have received the other's number, or an extension. */
  expectNothingInPackets(): void {
    const atManagers = this.atManagers();
    for (const [name, bytes] of Object.entries(atManagers)) {
      // What received nothing at all proves nothing; the mobile rings in some tests only.
      if (name !== 'the mobile of 103') expect([name, bytes.length > 0]).toEqual([name, true]);
    }
    expectNoHits(atManagers, clientFinder);
    expectNoHits({ 'the client’s leg': this.atClient() }, mobileFinder);
    expect(String(this.atClient())).not.toMatch(/sip:(10[123]|200)@|secret10/);
  }

  /** Whatever the database holds, but for what is sealed. */
  private async tables(): Promise<Record<string, string>> {
    const { system } = this.office;
    const names = await system.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const surfaces: Record<string, string> = {};
    for (const { name } of names) {
      const rows = await system.sql<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      surfaces[`the table ${name}`] = rows.map(({ row }) => row).join('\n');
    }
    return surfaces;
  }

  async expectNothingInTables(): Promise<void> {
    expectNoHits(await this.tables(), clientFinder);
  }

  /** Waits until every recording has become what it stays. */
  async recordingsAreStored(): Promise<void> {
    await until('every recording is stored', async () => {
      const [open] = await this.office.system.sql(
        `SELECT FROM recording WHERE state NOT IN ('stored', 'missing')`,
      );
      return open === undefined;
    });
  }

  /** Reads every GET route as this person. @returns the statuses that each route was answered with */
  async expectNothingByRest(as: string): Promise<Map<string, number[]>> {
    const steps = await walkOpenApi(this.office.system, as);
    expect(steps.filter(({ status }) => status >= 500)).toEqual([]);
    expectNoHits(
      Object.fromEntries(steps.map(({ path, text }) => [`GET ${path} as ${as}`, text])),
      clientFinder,
    );
    const statuses = new Map<string, number[]>();
    for (const { route, status } of steps) statuses.set(route, [...(statuses.get(route) ?? []), status]);
    return statuses;
  }

  expectNothingIn(surfaces: Record<string, unknown>): void {
    expectNoHits(surfaces, clientFinder);
  }

  /** The live feed, the page that needs no sign-in, the metrics, and the log at its most talkative. */
  async expectNothingTold(): Promise<void> {
    const { system } = this.office;
    expect(this.watchers.map(({ texts }) => texts.length > 0)).toEqual(MANAGERS.map(() => true));
    expectNoHits(
      {
        ...Object.fromEntries(
          this.watchers.map(({ texts }, at) => [`the feed of ${MANAGERS[at]}`, texts.join('\n')]),
        ),
        'the page at /health': (await system.api<Buffer>('GET', '/health/ready', undefined, { as: null }))
          .body,
        metrics: (await system.api<Buffer>('GET', '/metrics')).body,
        'the log': system.output,
      },
      clientFinder,
    );
    expect(system.output).toContain('"level":20'); // debug
    expectNoHits({ 'the log': system.output }, mobileFinder);
  }

  /** What is on the disk: tables, names of files, the spool. */
  async expectNothingStored(): Promise<void> {
    const { dataDir } = this.office.system;
    const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !/^(postgres|freeswitch)\//.test(name),
    );
    const spool = names.filter((name) => /^spool\/.*\.\w+$/.test(name));
    expectNoHits(
      {
        ...(await this.tables()),
        'names of files': names.join('\n'),
        'the spool': spool.map((name) => readFileSync(join(dataDir, name), 'latin1')).join('\n'),
      },
      clientFinder,
    );
  }

  async close(): Promise<void> {
    this.watchers.forEach((watcher) => watcher.close());
    await this.office.close();
    this.tap.close();
  }
}

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
