import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Figures, FiguresQuery } from '../contracts/figures.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';

const COUNTS = ['answered', 'missed', 'abandoned', 'refused', 'unreached'] as const;
/** SQL for the calls of each outcome, each a column of its name. */
const COUNTED = `${COUNTS.map((outcome) => `count(*) FILTER (WHERE c.outcome = '${outcome}')::int AS ${outcome}`).join(', ')},
  count(*) FILTER (WHERE c.outcome IS NULL)::int AS going`;
const TALKED = `COALESCE(sum(extract(epoch FROM c.ended_at - c.answered_at) * 1000)
  FILTER (WHERE c.outcome = 'answered'), 0)::bigint::float8 AS "talkedMs"`;
const WITHIN = 'c.company_id = $1 AND c.started_at >= $2 AND c.started_at < $3';

/** The company's calls, counted. The same rows as GET /calls gives with the same `from`, `to` and outcome. */
@Injectable()
export class FiguresQueries {
  constructor(private readonly database: Database) {}

  async read(person: Person, query: FiguresQuery): Promise<Figures> {
    const within = [person.companyId, query.from, query.to];
    return this.database.transaction(person.companyId, async (tx) => ({
      from: new Date(query.from).toISOString(),
      to: new Date(query.to).toISOString(),
      total: await totalOf(tx, within),
      slots: await slotsOf(tx, within, query),
      managers: await managersOf(tx, within),
    }));
  }
}

async function totalOf(tx: EntityManager, within: unknown[]): Promise<Figures['total']> {
  const [total]: [Figures['total']] = await tx.query(
    `SELECT ${COUNTED}, ${TALKED},
        count(*) FILTER (WHERE c.direction = 'inbound')::int AS inbound,
        count(*) FILTER (WHERE c.direction = 'outbound')::int AS outbound,
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.answered_at - c.started_at))
          FILTER (WHERE c.direction = 'inbound' AND c.outcome = 'answered'))::float8 AS "medianAnswerS"
       FROM call c WHERE ${WITHIN}`,
    within,
  );
  return total;
}

async function slotsOf(
  tx: EntityManager,
  within: unknown[],
  { from, to, slotMinutes }: FiguresQuery,
): Promise<Figures['slots']> {
  const rows: (Omit<Figures['slots'][number], 'at'> & { slot: number })[] = await tx.query(
    `SELECT floor(extract(epoch FROM c.started_at - $2::timestamptz) / $4)::int AS slot, ${COUNTED}
       FROM call c WHERE ${WITHIN} GROUP BY slot`,
    [...within, slotMinutes * 60],
  );
  const bySlot = new Map(rows.map(({ slot, ...counted }) => [slot, counted]));
  const lengthMs = slotMinutes * 60_000;
  const slots = Math.ceil((Date.parse(to) - Date.parse(from)) / lengthMs);
  return Array.from({ length: slots }, (_, slot) => ({
    at: new Date(Date.parse(from) + slot * lengthMs).toISOString(),
    ...(bySlot.get(slot) ?? NONE),
  }));
}

const NONE = { answered: 0, missed: 0, abandoned: 0, refused: 0, unreached: 0, going: 0 };

async function managersOf(tx: EntityManager, within: unknown[]): Promise<Figures['managers']> {
  const rows: (Omit<Figures['managers'][number], 'extension'> & { number: string; name: string })[] =
    await tx.query(
      `SELECT e.number, e.name,
          count(*) FILTER (WHERE c.outcome = 'answered' AND c.manager_extension_id = e.id)::int AS answered,
          count(*) FILTER (WHERE c.outcome IN ('missed', 'abandoned'))::int AS missed,
          COALESCE(sum(extract(epoch FROM c.ended_at - c.answered_at) * 1000)
            FILTER (WHERE c.outcome = 'answered' AND c.manager_extension_id = e.id), 0)::bigint::float8 AS "talkedMs"
         FROM extension e JOIN call c ON c.manager_extension_id = e.id
           OR EXISTS (SELECT FROM call_leg l WHERE l.call_id = c.id AND l.extension_id = e.id)
        WHERE ${WITHIN} GROUP BY e.id ORDER BY e.number COLLATE "C"`,
      within,
    );
  return rows.map(({ number, name, ...counted }) => ({ extension: { number, name }, ...counted }));
}
