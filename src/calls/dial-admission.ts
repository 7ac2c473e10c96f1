import type { EntityManager } from 'typeorm';
import type { LedgerWrite } from '../ledger/ledger-write.js';
import type { EndingName } from './call-endings.js';

/** Of a day of the company's; null: no cap. */
export interface DailyCaps {
  callsPerDay: number | null;
  minutesPerDay: number | null;
  extensionCallsPerDay: number | null;
  extensionMinutesPerDay: number | null;
  /** IANA's name of the zone whose days count. */
  timeZone: string;
}

interface Question {
  write: LedgerWrite;
  clientId: string;
  extensionId: string;
  caps: DailyCaps | null;
}

/**
 * Whether a call to a client may be made, as all control planes know it: nobody else has him on the line or rings him,
 * and the day's caps are not used up. One company's calls out are admitted one after another, each with its row in the
 * same transaction: two never pass together.
 * @returns the ending of a refused call
 */
export async function admit(tx: EntityManager, question: Question): Promise<EndingName | undefined> {
  await lockCallsOut(tx, question.write.companyId);
  if (await isTaken(tx, question)) return 'colleague-is-talking';
  return question.caps ? overCap(tx, question, question.caps) : undefined;
}

/** Held to the transaction's end. Whoever only looks shares it with others who look. */
export async function lockCallsOut(tx: EntityManager, companyId: string, how: 'alone' | 'shared' = 'alone') {
  const lock = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`SELECT ${lock}(hashtextextended('calls out of ' || $1, 0))`, [companyId]);
}

async function isTaken(tx: EntityManager, { clientId, write }: Question): Promise<boolean> {
  const [taken] = await tx.query<object[]>(
    `SELECT id FROM call WHERE client_id = $1 AND id <> $2 AND ended_at IS NULL AND outcome IS NULL
       AND (direction = 'outbound' OR answered_at IS NOT NULL) LIMIT 1`,
    [clientId, write.callId],
  );
  return taken !== undefined;
}

/** Counted anew each time from the calls themselves: a call that goes on counts with the minutes it has had. */
async function overCap(tx: EntityManager, { extensionId, write }: Question, caps: DailyCaps) {
  const [used] = await tx.query<Used[]>(
    `SELECT count(*)::int AS calls,
            count(*) FILTER (WHERE from_extension_id = $2)::int AS "extensionCalls",
            coalesce(sum(minutes), 0)::float AS minutes,
            coalesce(sum(minutes) FILTER (WHERE from_extension_id = $2), 0)::float AS "extensionMinutes"
     FROM (SELECT from_extension_id,
             extract(epoch FROM coalesce(ended_at, $3::timestamptz) - answered_at) / 60 AS minutes
           FROM call
           WHERE company_id = $1 AND direction = 'outbound' AND client_id IS NOT NULL
             AND started_at >= date_trunc('day', $3::timestamptz, $4)
             AND outcome IS DISTINCT FROM 'refused' AND id <> $5) today`,
    [write.companyId, extensionId, write.at, caps.timeZone, write.callId],
  );
  if (!used) return undefined;
  if (isUsedUp(used.calls, caps.callsPerDay) || isUsedUp(used.extensionCalls, caps.extensionCallsPerDay))
    return 'daily-calls-used-up';
  const minutesUsedUp =
    isUsedUp(used.minutes, caps.minutesPerDay) ||
    isUsedUp(used.extensionMinutes, caps.extensionMinutesPerDay);
  return minutesUsedUp ? 'daily-minutes-used-up' : undefined;
}

interface Used {
  calls: number;
  extensionCalls: number;
  minutes: number;
  extensionMinutes: number;
}

const isUsedUp = (used: number, cap: number | null): boolean => cap !== null && used >= cap;
