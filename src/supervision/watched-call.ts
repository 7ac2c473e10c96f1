import type { LiveCall } from '../calls/live-call.js';
import type { LiveCallView, SupervisionMode } from '../contracts/live.js';
import type { Snapshot } from '../provisioning/config.js';

/** Whom something concerns, by ids: it decides who may see it. */
export interface Audience {
  companyId: string;
  extensionIds: readonly string[];
  groupIds: readonly string[];
}

/** A call that goes on, here or at another control plane: what is shown of it, and to whom. */
export interface WatchedCall {
  view: LiveCallView;
  audience: Audience;
  /** Who talks with the client. */
  managerExtensionId: string | null;
  /** Between extensions, who called. */
  callerExtensionId: string | null;
}

/** Whether this extension talks in it, or calls. */
export const takesPart = (
  { managerExtensionId, callerExtensionId }: Pick<WatchedCall, 'managerExtensionId' | 'callerExtensionId'>,
  extensionId: string,
): boolean => managerExtensionId === extensionId || callerExtensionId === extensionId;

/** Who supervises it is not known yet. */
export function watchedCall(call: LiveCall, snapshot: Snapshot): WatchedCall {
  const { client, talk, recording } = call;
  const managerExtensionId = call.lastTalker ?? call.fromExtensionId ?? null;
  const callerExtensionId = call.direction === 'internal' ? (call.fromExtensionId ?? null) : null;
  const ringing = [...call.ringing];
  const extensionIds = [...ringing, managerExtensionId, callerExtensionId].filter((id) => id !== null);
  return {
    view: {
      id: call.id,
      shortNumber: call.shortNumber,
      direction: call.direction,
      state: talk ? (call.heldBy ? 'held' : 'talking') : 'ringing',
      companyNumber: call.companyNumber ?? null,
      callerKind: call.callerKind,
      client: client ? { id: client.id, code: client.code, name: client.name } : null,
      startedAt: call.startedAt,
      answeredAt: call.answered?.at ?? null,
      ringing: ringing.flatMap((id) => refOf(snapshot, id) ?? []),
      manager: managerExtensionId ? (refOf(snapshot, managerExtensionId) ?? null) : null,
      caller: callerExtensionId ? (refOf(snapshot, callerExtensionId) ?? null) : null,
      heldBy: call.heldBy ?? null,
      recording: recording ? (recording.paused ? 'paused' : 'runs') : null,
      supervisors: [],
    },
    audience: {
      companyId: call.companyId,
      extensionIds,
      groupIds: groupsOf(snapshot, extensionIds, call.companyNumber),
    },
    managerExtensionId,
    callerExtensionId,
  };
}

/** The groups that these extensions belong to, and the one that answers the company number. */
export function groupsOf(
  snapshot: Snapshot,
  extensionIds: readonly string[],
  companyNumber?: string,
): string[] {
  const answering = companyNumber && snapshot.companyNumbers.get(companyNumber)?.groupId;
  const theirs = [...snapshot.groups.values()].filter(({ memberIds }) =>
    memberIds.some((id) => extensionIds.includes(id)),
  );
  return [...new Set([...theirs.map(({ id }) => id), ...(answering ? [answering] : [])])];
}

/** @param supervising from which extensions, and how */
export const supervisorRefs = (
  snapshot: Snapshot,
  supervising: readonly { extensionId: string; mode: SupervisionMode }[],
): LiveCallView['supervisors'] =>
  supervising.flatMap(({ extensionId, mode }) => {
    const extension = refOf(snapshot, extensionId);
    return extension ? [{ extension, mode }] : [];
  });

export function refOf(snapshot: Snapshot, extensionId: string): { number: string; name: string } | undefined {
  const extension = snapshot.extensions.get(extensionId);
  return extension && { number: extension.number, name: extension.name };
}
