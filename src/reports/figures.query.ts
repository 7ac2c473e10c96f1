import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Figures, FiguresQuery } from '../contracts/figures.js';
import type { Person } from '../contracts/identity.js';
import { Database } from '../database/database.js';
import { Where } from '../http/where.js';
import { narrowedTo, THEIR_EXTENSIONS, TOOK_PART } from '../identity/scope.js';

const DIRECTIONS = ['inbound', 'outbound', 'internal'] as const;
const OUTCOMES = ['answered', 'missed', 'abandoned', 'refused'] as const;
const count = (condition: string, name: string) => `count(*) FILTER (WHERE ${condition})::int AS ${name}`;
/** SQL for the calls of each direction, and the incoming ones of each outcome: a column each, of its name. */
const COUNTED = [
  ...DIRECTIONS.map((direction) => count(`c.direction = '${direction}'`, direction)),
  ...OUTCOMES.map((outcome) => count(`c.direction = 'inbound' AND c.outcome = '${outcome}'`, outcome)),
  count(`c.direction = 'inbound' AND c.outcome IS NULL`, 'going'),
  count(`c.direction = 'outbound' AND c.outcome = 'answered'`, 'reached'),
].join(', ');
const TALKED = `COALESCE(sum(extract(epoch FROM c.ended_at - c.answered_at) * 1000)
  FILTER (WHERE c.outcome = 'answered'), 0)::bigint::float8 AS "talkedMs"`;

/** The calls a person sees, counted. The same rows as GET /calls gives with the same `from`, `to`, direction and outcome. */
@Injectable()
export class FiguresQueries {
  constructor(private readonly database: Database) {}

  async read(person: Person, query: FiguresQuery): Promise<Figures> {
    const within = () =>
      new Where()
        .and('c.company_id = ?', person.companyId)
        .and('c.started_at >= ?', query.from)
        .and('c.started_at < ?', query.to)
        .and(TOOK_PART, narrowedTo(person));
    return this.database.transaction(person.companyId, async (tx) => ({
      from: new Date(query.from).toISOString(),
      to: new Date(query.to).toISOString(),
      total: await totalOf(tx, within()),
      slots: await slotsOf(tx, within(), query),
      managers: await managersOf(tx, within().and(`e.id = ANY(${THEIR_EXTENSIONS})`, narrowedTo(person))),
    }));
  }
}

async function totalOf(tx: EntityManager, within: Where): Promise<Figures['total']> {
  const [total]: [Figures['total']] = await tx.query(
    `SELECT ${COUNTED}, ${TALKED},
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.answered_at - c.started_at))
          FILTER (WHERE c.direction = 'inbound' AND c.outcome = 'answered'))::float8 AS "medianAnswerS"
       FROM call c WHERE ${within}`,
    within.values,
  );
  return total;
}

async function slotsOf(
  tx: EntityManager,
  within: Where,
  { from, to, slotMinutes }: FiguresQuery,
): Promise<Figures['slots']> {
  const [start, length] = [within.place(from), within.place(slotMinutes * 60)];
  const rows: (Omit<Figures['slots'][number], 'at'> & { slot: number })[] = await tx.query(
    `SELECT floor(extract(epoch FROM c.started_at - ${start}::timestamptz) / ${length})::int AS slot, ${COUNTED}
       FROM call c WHERE ${within} GROUP BY slot`,
    within.values,
  );
  const bySlot = new Map(rows.map(({ slot, ...counted }) => [slot, counted]));
  const lengthMs = slotMinutes * 60_000;
  const slots = Math.ceil((Date.parse(to) - Date.parse(from)) / lengthMs);
  return Array.from({ length: slots }, (_, slot) => ({
    at: new Date(Date.parse(from) + slot * lengthMs).toISOString(),
    ...(bySlot.get(slot) ?? NONE),
  }));
}

const NONE = {
  inbound: 0,
  outbound: 0,
  internal: 0,
  answered: 0,
  missed: 0,
  abandoned: 0,
  refused: 0,
  going: 0,
  reached: 0,
};

const TALKED_HIMSELF = "c.outcome = 'answered' AND c.manager_extension_id = e.id";

async function managersOf(tx: EntityManager, within: Where): Promise<Figures['managers']> {
  const rows: (Omit<Figures['managers'][number], 'extension'> & { number: string; name: string })[] =
    await tx.query(
      `SELECT e.number, e.name,
          ${count(`c.direction = 'inbound' AND ${TALKED_HIMSELF}`, 'answered')},
          ${count(`c.direction = 'outbound' AND ${TALKED_HIMSELF}`, 'reached')},
          ${count(`c.direction = 'inbound' AND c.outcome IN ('missed', 'abandoned')`, 'missed')},
          COALESCE(sum(extract(epoch FROM c.ended_at - c.answered_at) * 1000)
            FILTER (WHERE ${TALKED_HIMSELF}), 0)::bigint::float8 AS "talkedMs"
         FROM extension e JOIN call c ON c.manager_extension_id = e.id
           OR EXISTS (SELECT FROM call_leg l WHERE l.call_id = c.id AND l.extension_id = e.id)
        WHERE ${within} GROUP BY e.id ORDER BY e.number COLLATE "C"`,
      within.values,
    );
  return rows.map(({ number, name, ...counted }) => ({ extension: { number, name }, ...counted }));
}
