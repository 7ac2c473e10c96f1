import { Injectable } from '@nestjs/common';
import type { MediaLeg } from '../media/media-leg.js';
import type { OfferedLegs } from '../media/offered-legs.js';
import { Prompts, type Language } from '../media/prompts.js';
import type { AnnounceStep, RingStep, RoutePlan } from '../routing/route-plan.js';
import { isDevice, type DialOutcome, type LegFailure } from '../sip/fork.js';
import type { MediaKind } from '../sip/leg-dialer.js';
import type { EndingName } from './call-endings.js';
import { noteTaken, type LiveCall } from './live-call.js';
import { ManagerDialer } from './manager-dialer.js';
import { Ring } from './ring.js';
import type { Taken } from './taken.js';

/** What a walk needs of the call's surroundings. */
export interface Surroundings {
  clientLeg: MediaLeg;
  /** What the managers' devices are offered, on the media server of the client's leg. */
  legs: OfferedLegs;
  /** What the caller hears while phones ring: a FreeSWITCH tone_stream. */
  ringback: string;
  language: Language;
  /** A phone rings: the caller is told. */
  onRinging: () => void;
}

/** How much each failure explains: the caller is told of the strongest. */
const WEIGHT = { 'nobody-registered': 0, 'all-declined': 1, 'all-busy': 2, 'nobody-answered': 3 } as const;
type Unanswered = keyof typeof WEIGHT;

/** Walks a route plan's steps in order, until a manager takes the call, the plan ends, or the call is over. */
@Injectable()
export class PlanWalker {
  constructor(
    private readonly managers: ManagerDialer,
    private readonly prompts: Prompts,
  ) {}

  /** @returns undefined when nobody took it; `call.unansweredBecause` then says why */
  async walk(call: LiveCall, plan: RoutePlan, around: Surroundings): Promise<Taken | undefined> {
    for (const step of plan) {
      if (call.over.aborted) return undefined;
      switch (step.do) {
        case 'ring': {
          const taken = await this.ring(call, step, around);
          if (taken) return taken;
          break;
        }
        case 'announce':
          await this.announce(call, step, around);
          break;
        default:
          return step satisfies never;
      }
    }
    return undefined;
  }

  /** What the devices of the plan that are registered are to be offered. */
  mediaToRing(plan: RoutePlan): MediaKind[] {
    return this.managers.mediaOf(plan.flatMap((step) => (step.do === 'ring' ? step.extensionIds : [])));
  }

  /** Whether the extension has a device that is registered, or a mobile. */
  canRing(extensionId: string): boolean {
    return this.managers.canRing(extensionId);
  }

  private async ring(call: LiveCall, step: RingStep, around: Surroundings): Promise<Taken | undefined> {
    // Nobody waits for it: orders to a leg are carried out in their order, so what ends it comes after it.
    void around.clientLeg.playTone(around.ringback);
    const taken = await this.ringInRounds(call, step, around);
    if (!taken) await around.clientLeg.stopPlaying();
    return taken;
  }

  private async ringInRounds(
    call: LiveCall,
    step: RingStep,
    around: Surroundings,
  ): Promise<Taken | undefined> {
    const rounds = step.order === 'all' ? [step.extensionIds] : step.extensionIds.map((id) => [id]);
    for (const extensionIds of rounds) {
      if (call.over.aborted) return undefined;
      const taken = await this.ringAtOnce(call, extensionIds, step.timeoutMs, around);
      if (taken) return taken;
    }
    return undefined;
  }

  private async ringAtOnce(
    call: LiveCall,
    extensionIds: readonly string[],
    timeoutMs: number,
    around: Surroundings,
  ): Promise<Taken | undefined> {
    const ring = new Ring(extensionIds, around.clientLeg);
    call.ring = ring;
    const outcome = await this.managers.ring(call, extensionIds, {
      legs: around.legs,
      mobiles: true,
      timeoutMs,
      signal: ring.pickedUp,
      onRinging: around.onRinging,
    });
    call.ring = undefined;
    const pickUp = ring.close(outcome.answeredBy !== undefined || call.over.aborted);
    if (outcome.answeredBy) return outcome;
    if (pickUp) {
      noteTaken(call, pickUp.extensionId);
      return { pickUp };
    }
    remember(call, reasonOf(outcome));
    return undefined;
  }

  private async announce(call: LiveCall, step: AnnounceStep, around: Surroundings): Promise<void> {
    const prompt = this.prompts.get(step.prompt, around.language, call.companyId);
    if (!prompt) return;
    await around.clientLeg.playPrompt(prompt, call.over);
  }
}

function reasonOf(outcome: Extract<DialOutcome, { answeredBy: undefined }>): Unanswered | undefined {
  switch (outcome.why) {
    case 'cancelled':
      return undefined;
    case 'nobody-registered':
      return 'nobody-registered';
    case 'timeout':
      return 'nobody-answered';
    case 'refused':
      if (outcome.failures.some(isUnreachedMobile)) return 'nobody-answered';
      return outcome.failures.some(({ status }) => BUSY.includes(status)) ? 'all-busy' : 'all-declined';
    default:
      return outcome.why satisfies never;
  }
}

/** RFC 3261 §21.4.24, §21.6.1; and the refusals that are a person's own, with RFC 8197's 607. */
const BUSY: readonly number[] = [486, 600];
const DECLINED: readonly number[] = [603, 607];

/** Switched off, out of reach, or rung until its carrier gave up: nobody has refused anything. */
const isUnreachedMobile = ({ target, status }: LegFailure): boolean =>
  !isDevice(target) && !BUSY.includes(status) && !DECLINED.includes(status);

function remember(call: LiveCall, reason: Unanswered | undefined): void {
  const known = call.unansweredBecause;
  if (reason && (!isUnanswered(known) || WEIGHT[reason] > WEIGHT[known])) call.unansweredBecause = reason;
}

const isUnanswered = (ending: EndingName | undefined): ending is Unanswered =>
  ending !== undefined && ending in WEIGHT;
