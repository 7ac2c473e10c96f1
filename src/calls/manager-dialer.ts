import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import type { DeviceKind } from '../contracts/calls.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import { LegDialer, type DialOutcome, type RingTarget } from '../sip/leg-dialer.js';
import { Location } from '../sip/location.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';
import { MobileDialer, MobileTarget } from './mobile-dialer.js';
import { RingingPhones } from './ringing-phones.js';

export interface ManagerRing {
  /** The SDP that every device is offered; '' where none is to be rung. */
  offer: string;
  /** Where mobiles' legs are made: the other party's; left out, no mobile is rung. */
  server?: MediaServer;
  timeoutMs: number;
  /** Only devices of this kind; left out, all. */
  device?: DeviceKind;
  /** What the devices show; left out, the client's code and name. */
  shown?: Shown;
  /** A device rings: told once for each. */
  onRinging?: () => void;
}

/** What came of ringing: `leg` where a mobile took the call, which has one of its own on the given media server. */
export type Rung = DialOutcome & { leg?: MediaLeg };

/** All that a manager's device shows of whoever calls. */
export interface Shown {
  user: string;
  displayName: string;
}

/** Rings managers on their devices: the one door to them, for every kind of call. */
@Injectable()
export class ManagerDialer {
  constructor(
    private readonly dialer: LegDialer,
    private readonly location: Location,
    private readonly ringing: RingingPhones,
    private readonly mobiles: MobileDialer,
  ) {}

  /** Whether the extension has a device, or one of this kind, that could ring now; a mobile always could. */
  canRing(extensionId: string, device?: DeviceKind): boolean {
    if (this.isRegistered(extensionId, device)) return true;
    return (device ?? 'mobile') === 'mobile' && this.mobiles.has(extensionId);
  }

  /** Whether the extension has a registered device: only those want an offer that is common to all. */
  isRegistered(extensionId: string, device?: DeviceKind): boolean {
    return this.location.targetsOf(extensionId, device).length > 0;
  }

  /** Rings these extensions at once; the first device to answer wins. Who was rung is noted in the call. */
  async ring(
    call: LiveCall,
    extensionIds: readonly string[],
    { offer, server, timeoutMs, device, shown, onRinging }: ManagerRing,
  ): Promise<Rung> {
    const devices = offer ? extensionIds.flatMap((id) => this.location.targetsOf(id, device)) : [];
    const isMobileMeant = (device ?? 'mobile') === 'mobile';
    const mobiles =
      server && isMobileMeant ? this.mobiles.targets(call, extensionIds, { server, timeoutMs }) : [];
    const targets = [...devices, ...mobiles];
    const startedAt = clock.iso();
    const outcome = await this.dialer.dial(targets, {
      offer,
      from: shown ?? shownToManagers(call),
      timeoutMs,
      signal: call.over,
      onRinging: (target, trace) => {
        this.ringing.add(call.id, trace);
        call.rings(target.extensionId);
        onRinging?.();
      },
    });
    call.ringsNoMore(extensionIds);
    noteRung(call, targets, startedAt, outcome);
    const { answeredBy } = outcome;
    return answeredBy instanceof MobileTarget ? { ...outcome, leg: answeredBy.leg } : outcome;
  }
}

/** Why nobody took it: the ending of a call that rang one person's devices. */
export function untaken(
  { why, failures }: Extract<DialOutcome, { answeredBy: undefined }>,
  who: 'manager' | 'colleague',
): EndingName {
  switch (why) {
    case 'cancelled':
      return 'manager-gave-up';
    case 'timeout':
      return `${who}-did-not-answer`;
    case 'nobody-registered':
      return `${who}-not-reachable`;
    case 'refused':
      return failures.some(({ status }) => status === 486 || status === 600)
        ? `${who}-busy`
        : `${who}-declined`;
    default:
      return why satisfies never;
  }
}

function shownToManagers({ client, callerKind }: LiveCall): Shown {
  if (client) return { user: client.code, displayName: client.name ?? `Client ${client.code}` };
  // While the database is away the code is not known yet.
  if (callerKind === 'number') return { user: 'client', displayName: 'Client' };
  return { user: 'anonymous', displayName: 'Withheld' };
}

function noteRung(
  call: LiveCall,
  targets: readonly RingTarget[],
  startedAt: string,
  outcome: DialOutcome,
): void {
  const endedAt = clock.iso();
  // An extension's devices count as one; its mobile beside them.
  const rung = new Map(targets.map((target) => [`${viaOf(target)} ${target.extensionId}`, target]));
  for (const one of rung.values()) {
    const { extensionId } = one;
    const via = viaOf(one);
    const isThis = (target: RingTarget | undefined) =>
      target?.extensionId === extensionId && viaOf(target) === via;
    const began = one instanceof MobileTarget ? one.startedAt : startedAt;
    if (began === undefined) continue; // it waited for the devices, and was not needed
    const leg = { extensionId, via, startedAt: began };
    if (isThis(outcome.answeredBy)) {
      call.rung.push({ ...leg, answeredAt: endedAt, sipStatus: 200 });
      continue;
    }
    const failure = outcome.failures.find(({ target }) => isThis(target));
    // Those who were cancelled answered 487 (RFC 3261 §9.2).
    call.rung.push({ ...leg, endedAt, sipStatus: failure?.status ?? 487, cause: failure?.cause ?? 26 });
  }
}

const viaOf = (target: RingTarget): 'device' | 'mobile' =>
  target instanceof MobileTarget ? 'mobile' : 'device';
