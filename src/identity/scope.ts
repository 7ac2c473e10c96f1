import type { EntityManager } from 'typeorm';
import type { Person } from '../contracts/identity.js';

/**
 * What a person's view is narrowed to, by ids: a manager's to his extension, a supervisor's to the groups he is set over
 * and his own extension. One rule for lists, the live feed and listening.
 * @returns null: the whole company is seen; a manager without an extension sees what is nobody's: no ids
 */
export function narrowedTo({
  role,
  extension,
  supervises,
}: Pick<Person, 'role' | 'extension' | 'supervises'>): readonly string[] | null {
  const own = extension ? [extension.id] : [];
  switch (role) {
    case 'admin':
      return null;
    case 'supervisor':
      return supervises.length > 0 ? [...own, ...supervises] : null;
    case 'manager':
      return own;
    default:
      return role satisfies never;
  }
}

/** SQL: the same for whoever uses an extension. @param extension SQL for its id; it must not see the whole company */
export const narrowedToUserOf = (extension: string): string => `(ARRAY[${extension}::uuid] || ARRAY(
  SELECT s.group_id FROM supervisor_group s JOIN user_account u ON u.id = s.user_id
  WHERE u.extension_id = ${extension} AND u.role = 'supervisor'))`;

/** SQL: whether whoever uses an extension sees the whole company. */
export const seesCompany = (extension: string): string => `EXISTS (
  SELECT FROM user_account u WHERE u.extension_id = ${extension} AND (u.role = 'admin' OR u.role = 'supervisor'
    AND NOT EXISTS (SELECT FROM supervisor_group s WHERE s.user_id = u.id)))`;

// In what follows each `?` stands for what `narrowedTo` gives. Groups are as they are today, whoever was in them then.

/** SQL: the extensions, as an array: those among the ids, and the members of the groups among them. */
export const THEIR_EXTENSIONS = `(?::uuid[] || ARRAY(
  SELECT m.extension_id FROM ring_group_member m WHERE m.group_id = ANY(?::uuid[])))`;

/** SQL: as parties of calls, as an array: their extensions, and the company numbers that the groups answer. */
const THEIR_PARTIES = `(${THEIR_EXTENSIONS} || ARRAY(
  SELECT md5(n.number)::uuid FROM company_number n WHERE n.group_id = ANY(?::uuid[])))`;

/** SQL: whether one of the parties, an array, had part in the call. `c`: the call. */
const tookPart = (parties: string): string =>
  `EXISTS (SELECT FROM call_party mine WHERE mine.call_id = c.id AND mine.party_id = ANY(${parties}))`;

/** SQL: the calls in which one of the extensions was rung or talked, or which came to a number of the groups. `c`: the call. */
export const TOOK_PART = tookPart(THEIR_PARTIES);

/**
 * SQL: the same for long lists, where `?` is what `partiesOf` gives: parties that the planner knows, so that it can tell
 * a few calls, which it finds by their parties, from so many that it soon meets them in the list's own order.
 */
export const HAD_PARTY = tookPart('?::uuid[]');

/** The extensions, and numbers, of what `narrowedTo` gives. @returns null: the whole company is seen */
export async function partiesOf(tx: EntityManager, person: Person): Promise<readonly string[] | null> {
  const ids = narrowedTo(person);
  if (ids === null || person.supervises.length === 0) return ids;
  const [row]: { parties: string[] }[] = await tx.query(
    `SELECT ${THEIR_PARTIES} AS parties`.replaceAll('?', '$1'),
    [ids],
  );
  return row!.parties;
}

/**
 * SQL: the follow-ups which one of the extensions owes, and those that nobody owns: for a manager all of them, for who is
 * set over groups those from calls to his groups. `f`: the follow-up.
 */
export const OWED = `f.owner_extension_id = ANY(${THEIR_EXTENSIONS}) OR f.owner_extension_id IS NULL AND (
  NOT EXISTS (SELECT FROM ring_group g WHERE g.id = ANY(?::uuid[]))
  OR EXISTS (SELECT FROM call c WHERE c.id IN (f.first_call_id, f.last_call_id) AND (${TOOK_PART})))`;

/**
 * SQL: the clients somebody knows, and may call: his own, those of calls in which he, or a group that he is set over,
 * took part, and those to whom he, or everybody, owes a call. `cl`: the client.
 */
export const KNOWN = `cl.assigned_extension_id = ANY(${THEIR_EXTENSIONS})
  OR EXISTS (SELECT FROM call c WHERE c.client_id = cl.id AND (${TOOK_PART}))
  OR EXISTS (SELECT FROM follow_up f WHERE f.client_id = cl.id AND f.closed_at IS NULL AND (${OWED}))`;
