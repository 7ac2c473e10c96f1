import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import type { DeviceKind } from '../contracts/calls.js';
import { LegDialer, type DialOutcome, type DialTarget } from '../sip/leg-dialer.js';
import { Location } from '../sip/location.js';
import type { EndingName } from './call-endings.js';
import type { LiveCall } from './live-call.js';
import { RingingPhones } from './ringing-phones.js';

export interface ManagerRing {
  /** The SDP that every device is offered. */
  offer: string;
  timeoutMs: number;
  /** Only devices of this kind; left out, all. */
  device?: DeviceKind;
  /** What the devices show; left out, the client's code and name. */
  shown?: Shown;
  /** A device rings: told once for each. */
  onRinging?: () => void;
}

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
  ) {}

  /** Whether the extension has a device, or one of this kind, that could ring now. */
  canRing(extensionId: string, device?: DeviceKind): boolean {
    return this.location.targetsOf(extensionId, device).length > 0;
  }

  /** Rings these extensions at once; the first device to answer wins. Who was rung is noted in the call. */
  async ring(
    call: LiveCall,
    extensionIds: readonly string[],
    { offer, timeoutMs, device, shown, onRinging }: ManagerRing,
  ): Promise<DialOutcome> {
    const targets = extensionIds.flatMap((id) => this.location.targetsOf(id, device));
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
    return outcome;
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
  targets: readonly DialTarget[],
  startedAt: string,
  outcome: DialOutcome,
): void {
  const endedAt = clock.iso();
  for (const extensionId of new Set(targets.map((target) => target.extensionId))) {
    if (outcome.answeredBy?.extensionId === extensionId) {
      call.rung.push({ extensionId, startedAt, answeredAt: endedAt, sipStatus: 200 });
      continue;
    }
    const failure = outcome.failures.find(({ target }) => target.extensionId === extensionId);
    // Those who were cancelled answered 487 (RFC 3261 §9.2).
    call.rung.push({
      extensionId,
      startedAt,
      endedAt,
      sipStatus: failure?.status ?? 487,
      cause: failure?.cause ?? 26,
    });
  }
}
