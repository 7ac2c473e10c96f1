import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import { OfferedLegs } from '../media/offered-legs.js';
import type { Prompts } from '../media/prompts.js';
import type { RoutePlan } from '../routing/route-plan.js';
import type { SipDialog } from '../sip/dialog.js';
import type { DialOptions, DialOutcome, DialTarget, LegDialer, OtherTarget } from '../sip/leg-dialer.js';
import type { Location } from '../sip/location.js';
import { LiveCall } from './live-call.js';
import { ManagerDialer } from './manager-dialer.js';
import type { MobileDialer } from './mobile-dialer.js';
import { PlanWalker, type Surroundings } from './plan-walker.js';
import type { RingingPhones } from './ringing-phones.js';

const group: RoutePlan = [
  { do: 'ring', why: 'group', order: 'all', extensionIds: ['e1', 'e2'], timeoutMs: 1000 },
  { do: 'announce', prompt: 'nobody-available' },
];
const inTurn: RoutePlan = [
  { do: 'ring', why: 'group', order: 'in_turn', extensionIds: ['e1', 'e2'], timeoutMs: 1000 },
];

const dialog = { sipCallId: 'taken' } as SipDialog;
const target = (extensionId: string): DialTarget => ({
  extensionId,
  media: 'rtp',
  uri: `sip:${extensionId}@127.0.0.1`,
});
const refused = (status: number): DialOutcome => ({
  answeredBy: undefined,
  why: 'refused',
  failures: [{ target: target('e1'), status, cause: 17 }],
});
const timeout: DialOutcome = { answeredBy: undefined, why: 'timeout', failures: [] };
const answer: DialOutcome = { answeredBy: target('e2'), dialog, failures: [] };

/** The walker with phones that do what `outcomes` says, one after another. */
function office(...outcomes: DialOutcome[]) {
  const heard: string[] = [];
  const dialled: { extensions: string[]; options: DialOptions }[] = [];
  const dialer = {
    dial: async (targets: DialTarget[], options: DialOptions) => {
      dialled.push({ extensions: targets.map(({ extensionId }) => extensionId), options });
      return outcomes.shift() ?? timeout;
    },
  } as unknown as LegDialer;
  const location = { targetsOf: (id: string) => [target(id)] } as unknown as Location;
  const prompts = { get: (name: string) => ({ name, path: name, durationMs: 1 }) } as unknown as Prompts;
  const clientLeg = {
    playTone: async () => void heard.push('ringback'),
    stopPlaying: async () => void heard.push('silence'),
    playPrompt: async ({ name }: { name: string }) => void heard.push(name),
  } as unknown as MediaLeg;
  const legs = new OfferedLegs(
    {
      offer: async () => ({ offer: 'v=0', leg: { end: async () => undefined, modify: async () => 'v=0' } }),
    } as unknown as MediaServer,
    () => undefined,
  );
  const around: Surroundings = {
    clientLeg,
    legs,
    ringback: 'tone',
    language: 'en',
    onRinging: () => undefined,
  };
  const mobiles = { targets: () => [] } as unknown as MobileDialer;
  const ringing = { add: () => undefined } as unknown as RingingPhones;
  return {
    walker: new PlanWalker(new ManagerDialer(dialer, location, ringing, mobiles), prompts),
    around,
    heard,
    dialled,
  };
}

describe('walking a route plan', () => {
  it('gives the call to the phone that answers', async () => {
    const { walker, around, heard } = office(answer);
    const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
    expect(await walker.walk(call, group, around)).toMatchObject({
      answeredBy: { extensionId: 'e2' },
      dialog,
    });
    expect(heard).toEqual(['ringback']);
    expect(call.rung).toMatchObject([
      { extensionId: 'e1', sipStatus: 487 },
      { extensionId: 'e2', sipStatus: 200 },
    ]);
  });

  it('announces that nobody is there when nobody answers', async () => {
    const { walker, around, heard } = office(timeout);
    const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
    expect(await walker.walk(call, group, around)).toBeUndefined();
    expect(call.unansweredBecause).toBe('nobody-answered');
    expect(heard).toEqual(['ringback', 'silence', 'nobody-available']);
  });

  it.each([
    [486, 'all-busy'],
    [603, 'all-declined'],
  ])('remembers why nobody has the call: %i is %s', async (status, reason) => {
    const { walker, around } = office(refused(status));
    const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
    await walker.walk(call, group, around);
    expect(call.unansweredBecause).toBe(reason);
  });

  it.each([
    [480, 'nobody-answered'],
    [503, 'nobody-answered'],
    [486, 'all-busy'],
    [603, 'all-declined'],
  ])('a mobile that its carrier answers %i for is %s', async (status, reason) => {
    const mobile = { extensionId: 'e1', ring: () => Promise.reject(new Error()) } as unknown as OtherTarget;
    const { walker, around } = office({
      answeredBy: undefined,
      why: 'refused',
      failures: [{ target: mobile, status, cause: 0 }],
    });
    const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
    await walker.walk(call, group, around);
    expect(call.unansweredBecause).toBe(reason);
  });

  it('tells the strongest reason of several rounds', async () => {
    const { walker, around } = office(timeout, refused(486));
    const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
    await walker.walk(call, inTurn, around);
    expect(call.unansweredBecause).toBe('nobody-answered');
  });

  it('rings one after another where the step says in turn', async () => {
    const { walker, around, dialled } = office(refused(486), answer);
    await walker.walk(new LiveCall({ companyId: 'company', direction: 'inbound' }), inTurn, around);
    expect(dialled.map(({ extensions }) => extensions)).toEqual([['e1'], ['e2']]);
  });

  it('rings nobody once the call is over', async () => {
    const { walker, around, dialled } = office(answer);
    const call = new LiveCall({ companyId: 'company', direction: 'inbound' });
    call.end('caller-gave-up');
    expect(await walker.walk(call, group, around)).toBeUndefined();
    expect(dialled).toEqual([]);
  });

  it.each([
    ['the code and name of a known client', { code: '4072', name: 'Olga' }, 'number', '4072', 'Olga'],
    ['the code of a client without a name', { code: '4072', name: null }, 'number', '4072', 'Client 4072'],
    ['no more than "client" while the database is away', undefined, 'number', 'client', 'Client'],
    ['that the number is withheld', undefined, 'withheld', 'anonymous', 'Withheld'],
  ] as const)('shows managers %s', async (_, client, kind, user, displayName) => {
    const { walker, around, dialled } = office(answer);
    const call = new LiveCall({ companyId: 'company', direction: 'inbound', callerKind: kind });
    if (client) call.client = { id: 'c', assignedExtensionId: null, isNew: false, ...client };
    await walker.walk(call, group, around);
    expect(dialled[0]?.options.from).toEqual({ user, displayName });
  });
});
