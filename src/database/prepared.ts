import type { ClientBase } from 'pg';

/** Texts that are prepared; further ones are parsed each time. Bounds the memory of the server's connections. */
const MOST = 100;

const names = new Map<string, string>();

/**
 * Statements with parameters are parsed once per connection, and planned once where a plan for all parameters is as good
 * (PostgreSQL manual, PREPARE): a third of the server's CPU time for a call. For a pool whose statements are few and
 * always the same.
 */
export function prepareStatements(client: ClientBase): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const prepared = (text: unknown, values?: unknown, ...more: unknown[]): unknown => {
    if (typeof text !== 'string' || !Array.isArray(values)) return query(text, values, ...more);
    const name = nameOf(text);
    return name === undefined ? query(text, values, ...more) : query({ name, text, values }, ...more);
  };
  client.query = prepared as typeof client.query;
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST) return known;
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}
