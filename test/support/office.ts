import { setTimeout as pause } from 'node:timers/promises';
import type { CallView } from '../../src/contracts/calls.js';
import type { FollowUpView } from '../../src/contracts/follow-ups.js';
import type { DialOptions, OutgoingCall } from '../../src/simulate/outgoing-call.js';
import { Phone } from '../../src/simulate/phone.js';
import type { RtpAudio } from '../../src/simulate/rtp-audio.js';
import { System, type SystemOptions } from './system.js';
import { tonesIn } from './tones.js';
import { until, within } from './until.js';

export const COMPANY_NUMBER = '+74950000100';
/** Hz; each party sends its own, none is a multiple of another or of the ringback's 425. */
export const TONES = { caller: 600, '101': 950, '102': 1150, '103': 1390 } as const;
const ALL_TONES = Object.values(TONES);

export type Extension = '101' | '102' | '103';

export interface GroupView {
  id: string;
  name: string;
  strategy: string;
  ringTimeoutS: number;
  overflowGroupId: string | null;
  memberIds: string[];
}

interface ExtensionView {
  id: string;
  number: string;
  name: string;
}

/** The demo company at work: the product, a carrier that calls its number, and managers with phones. */
export class Office {
  private readonly phones: Phone[] = [];
  private readonly managers = new Map<Extension, Phone>();
  /** Calls that a test has nothing to do with. */
  private known = 0;

  private constructor(
    readonly system: System,
    readonly carrier: Phone,
  ) {
    this.phones.push(carrier);
  }

  static async open(options: SystemOptions = {}): Promise<Office> {
    const system = await System.start(options);
    const carrier = await Phone.open({ server: { ip: '127.0.0.1', port: system.sipPort }, user: 'carrier' });
    const office = new Office(system, carrier);
    await office.callsOutGoTo(carrier.sipPort);
    return office;
  }

  /** The demo company's calls out go to a carrier that listens there. */
  async callsOutGoTo(port: number): Promise<void> {
    const { body } = await this.system.api<{ items: { id: string; name: string }[] }>('GET', '/trunks');
    const trunk = body.items.find(({ name }) => name === 'carrier');
    const { status } = await this.system.api('PATCH', `/trunks/${trunk?.id}`, { port });
    if (status !== 200) throw new Error(`PATCH of the trunk: ${status}`);
  }

  /** A registered phone of an extension: the same one each time. */
  async manager(extension: Extension): Promise<Phone> {
    const known = this.managers.get(extension);
    if (known) return known;
    const phone = await this.phone(extension, { password: `secret${extension}` });
    const { status } = await phone.register();
    if (status !== 200) throw new Error(`REGISTER of ${extension} was answered ${status}`);
    this.managers.set(extension, phone);
    return phone;
  }

  /** Registered phones of all three extensions. */
  async allManagers(): Promise<[Phone, Phone, Phone]> {
    return [await this.manager('101'), await this.manager('102'), await this.manager('103')];
  }

  /** Another phone, not registered yet. */
  async phone(user: string, options: Partial<Parameters<typeof Phone.open>[0]> = {}): Promise<Phone> {
    const phone = await Phone.open({
      server: { ip: '127.0.0.1', port: this.system.sipPort },
      user,
      ...options,
    });
    this.phones.push(phone);
    return phone;
  }

  /** A client calls the company through the carrier, sending his tone. */
  call(caller: string, options: DialOptions = {}): Promise<OutgoingCall> {
    return this.carrier.dial(COMPANY_NUMBER, { from: caller, toneHz: TONES.caller, ...options });
  }

  /** From here on calls are counted. */
  async begin(): Promise<void> {
    this.known = (await this.system.calls()).length;
  }

  /** Waits until so many calls have ended since begin(), beside those of clientOf(). @returns them, the oldest first */
  async ended(count: number, limitMs?: number): Promise<CallView[]> {
    return (await this.system.endedCalls(this.known + count, limitMs)).slice(this.known);
  }

  /** A client who has talked with this extension: a call that is not counted. @returns his code */
  async clientOf(extension: Extension, number: string): Promise<string> {
    const desk = await this.manager(extension);
    const known = (await this.system.calls()).length;
    this.known += 1;
    const call = await this.call(number);
    const manager = await (await desk.incoming()).answer(TONES[extension]);
    await (await call.answered).hangUp();
    await manager.ended;
    const ended = await this.system.endedCalls(known + 1);
    return ended.at(-1)?.client?.code as string;
  }

  async extensionId(number: Extension): Promise<string> {
    const { body } = await this.system.api<{ items: ExtensionView[] }>('GET', '/extensions');
    const found = body.items.find((extension) => extension.number === number);
    if (!found) throw new Error(`no extension ${number}: ${JSON.stringify(body)}`);
    return found.id;
  }

  async group(name = 'sales'): Promise<GroupView> {
    const { body } = await this.system.api<{ items: GroupView[] }>('GET', '/ring-groups');
    const found = body.items.find((group) => group.name === name);
    if (!found) throw new Error(`no group ${name}: ${JSON.stringify(body)}`);
    return found;
  }

  /** Changes the group that answers the company's number. */
  async changeGroup(change: Partial<GroupView>): Promise<void> {
    const { id } = await this.group();
    const { status, body } = await this.system.api('PATCH', `/ring-groups/${id}`, change);
    if (status !== 200) throw new Error(`PATCH of the group: ${status} ${JSON.stringify(body)}`);
  }

  async followUps(as = 'admin'): Promise<FollowUpView[]> {
    return (
      await this.system.api<{ items: FollowUpView[] }>('GET', '/follow-ups?limit=200', undefined, { as })
    ).body.items;
  }

  /** The newest ended call, once all calls are ended. */
  async lastCall(count: number): Promise<CallView> {
    const calls = await this.system.endedCalls(count);
    return calls[calls.length - 1] as CallView;
  }

  /** Waits until each ended call's recording is all that it is to be: sealed, and Opus made however busy the machine is. */
  async recordingsReady(): Promise<void> {
    const { system } = this;
    await until(
      'recordings are ready',
      async () => {
        await system.sql(
          `UPDATE recording SET opus_due = opus_due - interval '2 hours' WHERE opus_due > now() - interval '1 hour'`,
        );
        const open = await system.sql(
          `SELECT FROM recording WHERE ended_at IS NOT NULL AND (state = 'recording' OR state = 'stored' AND opus_due IS NOT NULL)`,
        );
        return open.length === 0;
      },
      30_000,
      250,
    );
  }

  /** Ends every call and takes all registrations back, so that the next test begins with silent desks. */
  async silentDesks(): Promise<void> {
    await Promise.all(this.phones.map((phone) => phone.fallSilent()));
    for (const [extension, phone] of this.managers) {
      await phone.register(0);
      this.managers.delete(extension);
    }
  }

  /** Hangs up whatever a failed test has left, where anybody hears it: the product would wait for those calls' end. */
  async close(): Promise<void> {
    const silent = Promise.allSettled(this.phones.map((phone) => phone.fallSilent()));
    await Promise.race([silent, pause(2_000)]);
    await Promise.all(this.phones.map((phone) => phone.close()));
    await this.system.stop();
  }
}

/** Fails unless this tone of TONES, and no other of them, is heard; the beginning of a bridge may be silent. */
export async function expectToHear(audio: RtpAudio, tone: number, limitMs = 5000): Promise<void> {
  const hears = async () => tonesIn(await audio.listen(200), ALL_TONES).includes(tone);
  await within(limitMs, `${tone} Hz is heard`, until(`${tone} Hz is heard`, hears, limitMs, 0));
  expect(tonesIn(await audio.listen(400), ALL_TONES)).toEqual([tone]);
}

/** Waits until this tone is heard no more. */
export const expectSilenceOf = (audio: RtpAudio, tone: number) =>
  until(`${tone} Hz is heard no more`, async () => !tonesIn(await audio.listen(400), [tone]).includes(tone));

/** The WAV file of a call, as an administrator gets it. */
export async function recordingOf(system: System, call: CallView): Promise<Buffer> {
  const id = call.recordingId;
  if (!id) throw new Error(`call ${call.id} has no recording`);
  await until('the recording is stored', async () => {
    const { body } = await system.api<{ state: string }>('GET', `/recordings/${id}`);
    return body.state === 'stored';
  });
  const { body, status } = await system.api<Buffer>('GET', `/recordings/${id}/audio?form=original`);
  if (status !== 200) throw new Error(`the recording's audio: ${status}`);
  return body;
}
