import type { SupervisionView } from '../../src/contracts/live.js';
import type { CallView } from '../../src/contracts/calls.js';
import type { Conversation } from '../../src/simulate/conversation.js';
import type { Phone } from '../../src/simulate/phone.js';
import { Office, recordingOf, TONES } from './office.js';
import { readWav, tonesIn } from './tones.js';
import { until } from './until.js';
import { Watcher } from './watcher.js';

/** What a supervisor says, and the tone that a company may have told of him, in Hz. */
export const SUPERVISOR = 1750;
export const BEEP = 2100;
export const HEARD = [TONES.caller, TONES['101'], TONES['102'], SUPERVISOR, BEEP];

export interface Talk {
  id: string;
  shortNumber: number;
  client: Conversation;
  manager: Conversation;
}

/** The demo company with a supervisor at extension 200 who watches the live feed; 101 and 102 answer its number. */
export class SupervisorOffice {
  private before = 0;

  private constructor(
    readonly office: Office,
    readonly phone: Phone,
    public watcher: Watcher,
  ) {}

  static async open(): Promise<SupervisorOffice> {
    const office = await Office.open();
    const made = await office.system.api<{ id: string; sipPassword: string }>('POST', '/extensions', {
      number: '200',
      name: 'Sofia',
    });
    const people = await office.system.api<{ items: { id: string; email: string }[] }>('GET', '/people');
    const sofia = people.body.items.find(({ email }) => email === 'supervisor@example.com');
    await office.system.api('PATCH', `/people/${sofia?.id}`, { extension: '200' });
    await office.system.signIn('sofia', 'supervisor@example.com', 'supervisor-demo');
    const phone = await office.phone('200', { password: made.body.sipPassword });
    await office.changeGroup({
      memberIds: [await office.extensionId('101'), await office.extensionId('102')],
    });
    return new SupervisorOffice(office, phone, await Watcher.open(office.system, 'sofia'));
  }

  /** Before each test: calls are counted, and events told, from here on. */
  async begin(): Promise<void> {
    this.before = (await this.office.system.calls()).length;
    this.watcher.events.length = 0;
    expect((await this.phone.register()).status).toBe(200);
  }

  async close(): Promise<void> {
    this.watcher.close();
    await this.office.close();
  }

  /** A client calls, and 101 answers. */
  async talk(): Promise<Talk> {
    const desk = await this.office.manager('101');
    const outgoing = await this.office.call('+79161234571');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const client = await outgoing.answered;
    return { ...(await this.answered()), client, manager };
  }

  /** 101 calls a client whom he has talked with, and the client answers. */
  async talkMade(): Promise<Talk> {
    const { client: first, manager: at101 } = await this.talk();
    const code = this.watcher.events.flatMap((event) =>
      event.type === 'call' ? [event.call.client?.code] : [],
    )[0];
    await first.hangUp();
    await at101.ended;
    this.watcher.events.length = 0;
    const outgoing = await (await this.office.manager('101')).dial(code ?? '', { toneHz: TONES['101'] });
    const client = await (await this.office.carrier.incoming()).answer(TONES.caller);
    const manager = await outgoing.answered;
    return { ...(await this.answered()), client, manager };
  }

  private async answered(): Promise<Pick<Talk, 'id' | 'shortNumber'>> {
    const { call } = await this.watcher.event('call', ({ change }) => change === 'answered');
    return call;
  }

  /** `/supervision` as the supervisor. */
  supervision(method: string, body?: object) {
    return this.office.system.api<SupervisionView>(method, '/supervision', body, { as: 'sofia' });
  }

  /** Waits until each hears just these, and sees that it stays so. */
  async expectSound(heard: [Conversation, number[]][]): Promise<void> {
    const hears = async (one: Conversation) => tonesIn(await one.audio.listen(300), HEARD);
    for (const [one, tones] of heard) {
      await until(`hears ${tones.join()}`, async () => same(await hears(one), tones), 8_000);
    }
    for (const [one, tones] of heard) expect(await hears(one)).toEqual([...tones].sort((a, b) => a - b));
  }

  /** What was recorded of the newest of so many calls since begin(). */
  async recording(calls: number): Promise<Buffer> {
    const last = (await this.office.system.endedCalls(this.before + calls)).at(-1) as CallView;
    return recordingOf(this.office.system, last);
  }

  /** The same, as the tones of each channel. */
  async recorded(calls: number): Promise<number[][]> {
    return readWav(await this.recording(calls)).map((channel) => tonesIn(channel, HEARD));
  }
}

const same = (a: number[], b: number[]) => [...a].sort().join() === [...b].sort().join();
