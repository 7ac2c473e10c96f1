import type { CompanyNumberConfig, GroupConfig, Snapshot } from '../provisioning/config.js';
import type { RingStep, RoutePlan, Step } from './route-plan.js';

/** How long one manager, whom the client knows, rings alone before the group is asked. */
const ALONE_TIMEOUT_MS = 15_000;
/** How long a colleague rings for a client who is passed on to him. */
const TRANSFER_TIMEOUT_MS = 25_000;
/** The prompt that says so. */
export const CALL_RECORDED = 'call-recorded';
/** Overflow chains end: a group that overflows into itself would ring for ever. */
const LONGEST_OVERFLOW = 5;

export interface RouteQuestion {
  companyNumber: CompanyNumberConfig;
  /** The client's own manager, if he has one. */
  assignedExtensionId: string | null;
  /** With whom the client talked, within the time in which he still reaches the same manager. */
  talkedExtensionId?: string | null;
  /** Whether the extension has a phone that could ring, and its manager talks with nobody. */
  isFree: (extensionId: string) => boolean;
  /** When the extension last ended a conversation, in ms since the epoch; 0 when it never talked. */
  idleSince: (extensionId: string) => number;
  /** Whether its manager has said that he is away: he is rung for nobody then. */
  isAway: (extensionId: string) => boolean;
  /** Whether the call may come to be recorded (recording-rule.ts). */
  mayBeRecorded: boolean;
}

/**
 * What to do with an inbound call. Pure: the same snapshot and question give the same plan.
 * The number's greeting; whom the client talked with last, or else his own manager, if he is free;
 * then the number's group, then the groups it overflows to, then the announcement.
 */
export function planInbound(snapshot: Snapshot, question: RouteQuestion): RoutePlan {
  const steps: Step[] = [];

  const { greeting, announceRecording } = question.companyNumber;
  if (greeting) steps.push({ do: 'announce', prompt: greeting });
  if (announceRecording === 'before-ringing' && question.mayBeRecorded) {
    steps.push({ do: 'announce', prompt: CALL_RECORDED });
  }

  const known = knownToClient(snapshot, question);
  if (known) steps.push({ do: 'ring', ...known, order: 'all', timeoutMs: ALONE_TIMEOUT_MS });

  steps.push(...ringGroup(snapshot, question.companyNumber.groupId, question));
  return [...steps, { do: 'announce', prompt: 'nobody-available' }];
}

/** The one manager who is asked before the group: who is busy or away is not waited for. */
function knownToClient(
  { extensions }: Snapshot,
  { talkedExtensionId, assignedExtensionId, isFree, isAway }: RouteQuestion,
): Pick<RingStep, 'why' | 'extensionIds'> | undefined {
  const isAsked = (id: string | null | undefined): id is string =>
    !!id && extensions.has(id) && isFree(id) && !isAway(id);
  if (isAsked(talkedExtensionId)) return { why: 'talked', extensionIds: [talkedExtensionId] };
  if (isAsked(assignedExtensionId)) return { why: 'assigned', extensionIds: [assignedExtensionId] };
  return undefined;
}

/** One colleague, or a group of them. */
export type TransferTo = { extensionId: string } | { groupId: string };

/** What is to be known of the managers of a group. */
type Managers = Pick<RouteQuestion, 'idleSince' | 'isAway'>;

/** Whom to ring for a client who is passed on, or who comes back. Pure, as planInbound. */
export function planTransfer(snapshot: Snapshot, to: TransferTo, managers: Managers): RoutePlan {
  if ('groupId' in to) return ringGroup(snapshot, to.groupId, managers);
  const extensionIds = [to.extensionId];
  return [{ do: 'ring', why: 'transfer', order: 'all', extensionIds, timeoutMs: TRANSFER_TIMEOUT_MS }];
}

/** The group, then those that it overflows to; without those who are away. */
function ringGroup(snapshot: Snapshot, groupId: string | null, { idleSince, isAway }: Managers): RingStep[] {
  const asked = new Set<string>();
  const steps: RingStep[] = [];
  let group = groupOf(snapshot, groupId);
  while (group && !asked.has(group.id) && asked.size < LONGEST_OVERFLOW) {
    const extensionIds = inOrder(group, idleSince).filter((id) => snapshot.extensions.has(id) && !isAway(id));
    if (extensionIds.length > 0) {
      steps.push({
        do: 'ring',
        why: asked.size === 0 ? 'group' : 'overflow',
        order: group.strategy === 'all' ? 'all' : 'in_turn',
        extensionIds,
        timeoutMs: group.ringTimeoutMs,
      });
    }
    asked.add(group.id);
    group = groupOf(snapshot, group.overflowGroupId);
  }
  return steps;
}

const groupOf = (snapshot: Snapshot, id: string | null): GroupConfig | undefined =>
  id === null ? undefined : snapshot.groups.get(id);

function inOrder(group: GroupConfig, idleSince: (extensionId: string) => number): readonly string[] {
  if (group.strategy !== 'longest_idle') return group.memberIds;
  return [...group.memberIds].sort((a, b) => idleSince(a) - idleSince(b));
}
