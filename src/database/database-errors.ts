import { AppError } from '../common/app-error.js';

/** SQLSTATE classes (PostgreSQL manual, appendix A) that speak of what was asked, not of the server's state. */
const REFUSED_CLASSES = new Set([
  '0A', // feature not supported
  '21', // cardinality violation
  '22', // data exception
  '23', // integrity constraint violation
  '42', // syntax error or access rule violation
  '44', // with check option violation
  '54', // program limit exceeded
  'P0', // raised by a trigger or function
]);

/** Errors of the socket, of the name look-up, and of pg's own time limits, which carry no SQLSTATE. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EMFILE',
  'ENFILE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);
const NETWORK_MESSAGES =
  /Connection terminated|connection timeout|timeout expired|read timeout|Received unexpected|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|query ?runner|Cannot use a pool after|not queryable|Driver not Connected|is not established/i;

/** The SQLSTATE of a database error, or the system's code of a socket error. */
export function codeOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const found = driverError?.code ?? code;
  return typeof found === 'string' ? found : undefined;
}

/**
 * Whose fault a failed transaction was: `away`: PostgreSQL is gone, slow, full or starting, and the same write
 * will pass later; `refused`: the content was not accepted and never will be.
 */
export function whyFailed(error: unknown): 'away' | 'refused' {
  if (error instanceof AppError) return error.code === 'database-slow' ? 'away' : 'refused';
  const code = codeOf(error);
  if (code && NETWORK_CODES.has(code)) return 'away';
  if (code && /^[0-9A-Z]{5}$/.test(code)) return REFUSED_CLASSES.has(code.slice(0, 2)) ? 'refused' : 'away';
  return error instanceof Error && NETWORK_MESSAGES.test(error.message) ? 'away' : 'refused';
}

/** What to do about a database that cannot be used at start, in one line. `undefined`: it may come up by itself. */
export function startAdvice(error: unknown, where: string): string | undefined {
  const code = codeOf(error) ?? '';
  if (code === '28P01' || code === '28000') {
    return `PostgreSQL at ${where} refuses the user or the password of DATABASE_URL`;
  }
  if (code === '3D000') {
    return `PostgreSQL at ${where} has no such database: create the one that DATABASE_URL names`;
  }
  if (code === '42501') {
    return (
      `PostgreSQL at ${where}: the user of DATABASE_URL may not set the tables up: ` +
      'make it the owner of its database and give it CREATEROLE'
    );
  }
  if (code === 'ENOTFOUND') return `DATABASE_URL names a host that is not known: ${where}`;
  return undefined;
}
