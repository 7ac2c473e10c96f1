import type { CompanyNumberConfig, GroupConfig, Snapshot } from '../provisioning/config.js';
import type { RingStep, RoutePlan, Step } from './route-plan.js';

/** How long the client's own manager rings alone before the group is asked. */
const ASSIGNED_TIMEOUT_MS = 15_000;
/** Overflow chains end: a group that overflows into itself would ring for ever. */
const LONGEST_OVERFLOW = 5;

export interface RouteQuestion {
  companyNumber: CompanyNumberConfig;
  /** The client's own manager, if he has one. */
  assignedExtensionId: string | null;
  /** When the extension last ended a conversation, in ms since the epoch; 0 when it never talked. */
  idleSince: (extensionId: string) => number;
}

/**
 * What to do with an inbound call. Pure: the same snapshot and question give the same plan.
 * The number's greeting, the client's own manager first, then the number's group, then the groups it overflows to, then the announcement.
 */
export function planInbound(snapshot: Snapshot, question: RouteQuestion): RoutePlan {
  const asked = new Set<string>();
  const steps: Step[] = [];
  const ring = (step: RingStep) => {
    if (step.extensionIds.length > 0) steps.push(step);
  };

  const { greeting } = question.companyNumber;
  if (greeting) steps.push({ do: 'announce', prompt: greeting });

  const assigned = question.assignedExtensionId;
  if (assigned && snapshot.extensions.has(assigned)) {
    ring({
      do: 'ring',
      why: 'assigned',
      order: 'all',
      extensionIds: [assigned],
      timeoutMs: ASSIGNED_TIMEOUT_MS,
    });
  }

  let group = groupOf(snapshot, question.companyNumber.groupId);
  let why: RingStep['why'] = 'group';
  while (group && !asked.has(group.id) && asked.size < LONGEST_OVERFLOW) {
    asked.add(group.id);
    ring({
      do: 'ring',
      why,
      order: group.strategy === 'all' ? 'all' : 'in_turn',
      extensionIds: inOrder(group, question.idleSince).filter((id) => snapshot.extensions.has(id)),
      timeoutMs: group.ringTimeoutMs,
    });
    group = groupOf(snapshot, group.overflowGroupId);
    why = 'overflow';
  }
  return [...steps, { do: 'announce', prompt: 'nobody-available' }];
}

const groupOf = (snapshot: Snapshot, id: string | null): GroupConfig | undefined =>
  id === null ? undefined : snapshot.groups.get(id);

function inOrder(group: GroupConfig, idleSince: (extensionId: string) => number): readonly string[] {
  if (group.strategy !== 'longest_idle') return group.memberIds;
  return [...group.memberIds].sort((a, b) => idleSince(a) - idleSince(b));
}
