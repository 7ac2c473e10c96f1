import { join, resolve } from 'node:path';
import type { CallView } from '../../src/contracts/calls.js';
import type { Conversation } from '../../src/simulate/conversation.js';
import type { Phone } from '../../src/simulate/phone.js';
import { Office, type Extension } from '../support/office.js';
import { readWav } from '../support/tones.js';
import { until } from '../support/until.js';

const PROMPTS = resolve(import.meta.dirname, '../../freeswitch/prompts/ru');
const RATE = 8000;
const MOST_TRIES = 5;
const TWO_TURNS = ['greeting', 'colleague-is-talking', 'nobody-available', 'number-not-allowed', 'pin-enter'];

/** Colleagues of the demo company's three, and the supervisor. */
const COLLEAGUES = [
  ['104', 'Galina'],
  ['105', 'Denis'],
  ['106', 'Elena'],
  ['110', 'Sofia'],
] as const;

/** Who calls; those with a name are given it. */
const CLIENTS = [
  ['+79161000001', 'Orlov & Sons'],
  ['+79161000002', 'Bakery on the corner'],
  ['+79161000003', 'Маргарита Ильина'],
  ['+79161000004', null],
  ['+79161000005', 'Velo Workshop'],
  ['+79161000006', null],
  ['+79161000007', 'ООО «Северный ветер»'],
  ['+79161000008', 'Dr Lindqvist'],
  ['+79161000009', null],
] as const;

/** What happened before: client, who takes the call, seconds of talk; nobody takes those without a manager. */
const BEFORE: readonly [client: number, manager: string | null, seconds: number][] = [
  [0, '101', 34],
  [1, '102', 21],
  [2, '103', 12],
  [3, null, 0],
  [4, null, 0],
  [5, null, 0],
  [6, '101', 5],
  [2, '102', 7],
  [5, null, 0],
];
/** What goes on while the pages are drawn; the last is held. */
const NOW: readonly [client: number, manager: string][] = [
  [0, '101'],
  [6, '102'],
  [7, '105'],
];

const numberOf = (client: number): string => CLIENTS[client]?.[0] ?? '';

/** A company in the middle of its day: calls of real phones, some over, some going on; with names, notes and people. */
export class Story {
  private readonly phones = new Map<string, Phone>();
  /** Of each client: his first call, as it was then. */
  private readonly callOf = new Map<number, CallView>();
  private readonly voices = [voice(0), voice(1)];

  private constructor(
    readonly office: Office,
    private readonly longestS: number,
  ) {}

  /** @param longestS seconds that a talk takes at most */
  static async play(office: Office, longestS = Infinity): Promise<Story> {
    const story = new Story(office, longestS);
    await story.people();
    await story.before();
    await story.written();
    await story.now();
    return story;
  }

  private async api<T = { id: string }>(
    method: string,
    path: string,
    body?: unknown,
    as = 'admin',
  ): Promise<T> {
    const answer = await this.office.system.api<T>(method, path, body, { as });
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  private async people(): Promise<void> {
    await this.office.allManagers();
    for (const number of ['101', '102', '103'] as const) {
      this.phones.set(number, await this.office.manager(number as Extension));
    }
    const ids: string[] = [];
    for (const [number, name] of COLLEAGUES) {
      const made = await this.api<{ id: string; sipPassword: string }>('POST', '/extensions', {
        number,
        name,
      });
      ids.push(made.id);
      if (number === '106') continue; // she has no phone yet
      const phone = await this.office.phone(number, { password: made.sipPassword });
      await phone.register();
      this.phones.set(number, phone);
    }
    const support = await this.api('POST', '/ring-groups', {
      name: 'support',
      strategy: 'in_turn',
      ringTimeoutS: 30,
      memberIds: ids.slice(0, 3),
      overflowGroupId: (await this.office.group()).id,
    });
    await this.api('POST', '/company-numbers', {
      number: '+74950000200',
      name: 'Support',
      groupId: support.id,
      greeting: 'greeting',
    });
    await this.api('POST', '/company-numbers', { number: '+74950000201', name: 'Pool', isProxy: true });
    await this.api('POST', '/trunks', {
      name: 'second carrier',
      kind: 'registration',
      host: '127.0.0.1',
      port: 9,
      username: 'demo',
      password: 'demo-secret',
    });
    await this.api('POST', '/recording-rules', {
      position: 5,
      name: 'Calls out: every second one, for a year',
      direction: 'outbound',
      sharePercent: 50,
      retentionDays: 365,
    });
    const { items } = await this.api<{ items: { id: string; email: string }[] }>('GET', '/people');
    const supervisor = items.find(({ email }) => email === 'supervisor@example.com');
    await this.api('PATCH', `/people/${supervisor?.id}`, { extension: '110' });
    await this.office.system.signIn('supervisor', 'supervisor@example.com', 'supervisor-demo');
    await this.office.system.signIn('manager1', 'manager1@example.com', 'manager1-demo');
    await this.office.system.signIn('manager3', 'manager3@example.com', 'manager3-demo');
  }

  /** Joins a client with a manager. */
  private async talk(client: number, manager: string): Promise<[Conversation, Conversation]> {
    await this.rings(manager);
    const ringing = (this.phones.get(manager) as Phone).incoming();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const call = await this.office.call(numberOf(client), { toneHz: 0 });
      // His last call may not be over yet for the exchange: then it turns this one away.
      const rings = await Promise.race([ringing, call.status().then(() => undefined)]);
      if (!rings) continue;
      const [caller, taken] = await Promise.all([call.answered, rings.answer()]);
      await this.keep(client);
      return this.speak(caller, taken);
    }
    throw new Error(`${manager} is not rung`);
  }

  private speak(caller: Conversation, taken: Conversation): [Conversation, Conversation] {
    caller.audio.speak(this.voices[0] as Int16Array);
    taken.audio.speak(this.voices[1] as Int16Array);
    return [caller, taken];
  }

  /** From now on the company's number rings these extensions. */
  private async rings(...numbers: string[]): Promise<void> {
    const { items } = await this.api<{ items: { id: string; number: string }[] }>('GET', '/extensions');
    const memberIds = numbers.map((number) => items.find((one) => one.number === number)?.id ?? '');
    await this.office.changeGroup({ memberIds });
  }

  /** Calls, and hangs up before anybody has taken it. */
  private async givesUp(client: number): Promise<void> {
    await this.rings('104');
    const call = await this.office.call(numberOf(client), { toneHz: 0 });
    const rung = await this.phones.get('104')?.incoming();
    await this.keep(client);
    call.cancel();
    await rung?.cancelled;
  }

  /** The call that is the newest now is this client's. */
  private async keep(client: number): Promise<void> {
    const { items } = await this.api<{ items: CallView[] }>('GET', '/calls?limit=1');
    if (items[0] && !this.callOf.has(client)) this.callOf.set(client, items[0]);
  }

  private async before(): Promise<void> {
    const talks: Promise<unknown>[] = [];
    const busy = new Map<string, Promise<unknown>>();
    for (const [client, manager, seconds] of BEFORE) {
      if (manager === null) {
        await this.givesUp(client);
      } else {
        await busy.get(manager);
        const [caller, taken] = await this.talk(client, manager);
        const talk = caller.audio
          .listen(Math.min(seconds, this.longestS) * 1000)
          .then(() => caller.hangUp())
          .then(() => taken.ended);
        busy.set(manager, talk);
        talks.push(talk);
      }
    }
    await Promise.all(talks);
    await this.office.system.endedCalls(BEFORE.length, 60_000);
  }

  private async written(): Promise<void> {
    for (const [at, [, name]] of CLIENTS.slice(0, 7).entries()) {
      const id = this.callOf.get(at)?.client?.id;
      if (id && name) await this.api('PATCH', `/clients/${id}`, { name });
    }
    const orlov = await this.api<CallView>('GET', `/calls/${this.callOf.get(0)?.id}`);
    await this.api('PATCH', `/clients/${orlov.client?.id}`, { assignedExtension: '101' });
    for (const text of ['Wants the contract by Friday.', 'Speaks with Anna only, prefers mornings.']) {
      await this.api('POST', `/clients/${orlov.client?.id}/notes`, { text }, 'manager1');
    }
    await until('the recordings are there', async () => {
      const { items } = await this.api<{ items: unknown[] }>('GET', '/recordings?state=stored');
      return items.length === BEFORE.filter(([, manager]) => manager !== null).length;
    });
    await this.office.recordingsReady();
    const notes = `/recordings/${orlov.recordingId}/notes`;
    await this.api(
      'POST',
      notes,
      { atMs: this.longestS > 30 ? 9_000 : 900, text: 'Asks for a discount' },
      'supervisor',
    );
    await this.api(
      'POST',
      notes,
      { atMs: this.longestS > 30 ? 21_500 : 1_500, text: 'Good answer: send this to the others' },
      'supervisor',
    );
    await this.api('POST', '/recording-holds', {
      clientId: this.callOf.get(1)?.client?.id,
      reason: 'The client disputes an invoice',
    });
    await this.api('PUT', '/me/presence', { presence: 'away', backAt: inTwoHours() }, 'manager3');
  }

  private async now(): Promise<void> {
    await this.office.changeGroup({ ringTimeoutS: 300 });
    const going = [];
    for (const [client, manager] of NOW) going.push(await this.talk(client, manager));
    const [held, holds] = going.at(-1) ?? [];
    await held?.audio.listen(500);
    await holds?.hold();
    const { items } = await this.api<{ items: CallView[] }>('GET', '/calls?limit=3');
    const second = items.find(({ manager }) => manager?.number === '102');
    const sofia = this.phones.get('110') as Phone;
    await this.api('POST', `/calls/${second?.id}/supervise`, { mode: 'listen' }, 'supervisor');
    await (await sofia.incoming()).answer();
    await this.rings('104');
    const rings = await this.office.call(numberOf(8), { toneHz: 0 });
    await rings.ringing;
  }
}

const inTwoHours = (): string => new Date(Math.ceil(Date.now() / 3_600_000 + 1) * 3_600_000).toISOString();

/** One party's side of a talk: it speaks while the other is silent. @param turn which of the two */
function voice(turn: 0 | 1): Int16Array {
  const parts = TWO_TURNS.flatMap((name, at) => {
    const [sound] = readWav(join(PROMPTS, `${name}.wav`));
    const samples = sound?.samples ?? new Int16Array();
    return [at % 2 === turn ? samples : new Int16Array(samples.length), new Int16Array(RATE / 2)];
  });
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
