import type { EntityManager } from 'typeorm';

/**
 * The manager of the client's last conversation, in whichever direction.
 * @param at of the call that comes in, ISO 8601
 * @returns null where there was none, or it ended more than so many minutes ago
 */
export async function talkedWith(
  tx: EntityManager,
  clientId: string,
  at: string,
  withinMinutes: number,
): Promise<string | null> {
  if (withinMinutes === 0) return null;
  const [last] = await tx.query<{ extensionId: string; endedAt: Date | null }[]>(
    `SELECT manager_extension_id AS "extensionId", ended_at AS "endedAt" FROM call
     WHERE client_id = $1 AND answered_at IS NOT NULL AND manager_extension_id IS NOT NULL
     ORDER BY started_at DESC LIMIT 1`,
    [clientId],
  );
  if (!last) return null;
  const agoMs = last.endedAt ? Date.parse(at) - last.endedAt.getTime() : 0;
  return agoMs <= withinMinutes * 60_000 ? last.extensionId : null;
}
