import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import type { DeviceKind } from '../contracts/calls.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { OfferedLegs } from '../media/offered-legs.js';
import type { SipDialog } from '../sip/dialog.js';
import { isDevice } from '../sip/fork.js';
import { LegDialer, type DialOutcome, type MediaKind, type RingTarget } from '../sip/leg-dialer.js';
import { Location } from '../sip/location.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';
import { MobileDialer, MobileTarget } from './mobile-dialer.js';
import { RingingPhones } from './ringing-phones.js';

export interface ManagerRing {
  /** What the devices are offered, on the other party's media server. */
  legs: OfferedLegs;
  /** Whether his mobile is rung too. */
  mobiles?: boolean;
  timeoutMs: number;
  /** Only devices of this kind; left out, all. */
  device?: DeviceKind;
  /** What the devices show; left out, the client's code and name. */
  shown?: Shown;
  /** Aborted: nobody is to ring any more, as at the call's end. */
  signal?: AbortSignal;
  /** A device rings: told once for each. */
  onRinging?: () => void;
}

/** Who took a call, and the leg for him. */
export interface TakenBy {
  answeredBy: RingTarget;
  dialog: SipDialog;
  leg: MediaLeg;
  /** Resolves when the leg has the device's SDP: from then on it can be joined. */
  joinable: Promise<unknown>;
}

/** What came of ringing. */
export type Rung = TakenBy | Extract<DialOutcome, { answeredBy: undefined }>;

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
    if (this.mediaOf([extensionId], device).length > 0) return true;
    return (device ?? 'mobile') === 'mobile' && this.mobiles.has(extensionId);
  }

  /** What the devices of these extensions that are registered are to be offered. */
  mediaOf(extensionIds: readonly string[], device?: DeviceKind): MediaKind[] {
    return mediaOf(extensionIds.flatMap((id) => this.location.targetsOf(id, device)));
  }

  /** Rings these extensions at once; the first device to answer wins. Who was rung is noted in the call. */
  async ring(
    call: LiveCall,
    extensionIds: readonly string[],
    { legs, mobiles: withMobiles = false, timeoutMs, device, shown, signal, onRinging }: ManagerRing,
  ): Promise<Rung> {
    const devices = extensionIds.flatMap((id) => this.location.targetsOf(id, device));
    const { server } = legs;
    const isMobileMeant = withMobiles && (device ?? 'mobile') === 'mobile';
    const mobiles = isMobileMeant ? this.mobiles.targets(call, extensionIds, { server, timeoutMs }) : [];
    const targets = [...devices, ...mobiles];
    const startedAt = clock.iso();
    const offers = await legs.offers(mediaOf(targets));
    const outcome = await this.dialer.dial(targets, {
      offers,
      devices: (changed) =>
        this.location.follow(extensionIds, device, async (extensionId, now) => {
          const lacking = mediaOf(now).filter((media) => offers[media] === undefined);
          if (lacking.length > 0) Object.assign(offers, await legs.offers(lacking));
          changed(extensionId, now);
        }),
      from: shown ?? shownToManagers(call),
      timeoutMs,
      signal: signal ? AbortSignal.any([call.over, signal]) : call.over,
      onRinging: (target, trace) => {
        this.ringing.add(call.id, trace);
        call.rings(target.extensionId);
        onRinging?.();
      },
    });
    call.ringsNoMore(extensionIds);
    noteRung(call, targets, startedAt, outcome);
    return outcome.answeredBy ? this.taken(outcome, legs) : outcome;
  }

  /** A mobile has a leg of its own, and was spoken to on it; a device has the one whose offer it took. */
  private async taken(
    { answeredBy, dialog }: Pick<TakenBy, 'answeredBy' | 'dialog'>,
    legs: OfferedLegs,
  ): Promise<TakenBy> {
    if (answeredBy instanceof MobileTarget && answeredBy.leg) {
      legs.endAllBut();
      return { answeredBy, dialog, leg: answeredBy.leg, joinable: Promise.resolve() };
    }
    const leg = await legs.take(isDevice(answeredBy) ? answeredBy.media : 'rtp');
    const joinable = leg.modify(dialog.remoteSdp);
    joinable.catch(() => undefined); // whoever joins it hears of it
    return { answeredBy, dialog, leg, joinable };
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

/** All that a manager's device shows of the client. */
export function shownToManagers({ client, callerKind }: LiveCall): Shown {
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

const mediaOf = (targets: readonly RingTarget[]): MediaKind[] => [
  ...new Set(targets.flatMap((target) => (isDevice(target) ? [target.media] : []))),
];

const viaOf = (target: RingTarget): 'device' | 'mobile' =>
  target instanceof MobileTarget ? 'mobile' : 'device';
