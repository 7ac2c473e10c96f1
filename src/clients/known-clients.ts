/**
 * SQL for the clients that a manager knows, and may call: his own, those of calls in which his extension was rung or
 * talked, and those to whom he, or everybody, owes a call. `cl` is the client, each `?` the extension.
 */
export const KNOWN = `cl.assigned_extension_id = ?
  OR EXISTS (SELECT FROM call c WHERE c.client_id = cl.id AND (c.manager_extension_id = ? OR EXISTS
    (SELECT FROM call_leg mine WHERE mine.call_id = c.id AND mine.extension_id = ?) OR EXISTS
    (SELECT FROM talk mine WHERE mine.call_id = c.id AND mine.extension_id = ?)))
  OR EXISTS (SELECT FROM follow_up owed WHERE owed.client_id = cl.id AND owed.closed_at IS NULL
    AND (owed.owner_extension_id IS NULL OR owed.owner_extension_id = ?))`;
