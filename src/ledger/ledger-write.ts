import type { EntityManager } from 'typeorm';
import type { LedgerKind } from './ledger-kinds.js';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** What is to be written down. */
export interface LedgerWrite {
  /** UUIDv7, unique for ever: it makes a replay happen exactly once. */
  id: string;
  companyId: string;
  kind: LedgerKind;
  /** ISO 8601 UTC with milliseconds. */
  at: string;
  callId?: string;
  clientId?: string;
  /** `system`, `carrier:<trunk name>`, `extension:<number>` or `user:<id>`. */
  actor: string;
  /** May hold base64 of sealed values, never a client's number. */
  data: JsonObject;
}

/** What a projection made of a write. */
export interface Projected {
  /** What the entry shows instead of the write's data. */
  payload?: JsonObject;
  /** The client whom the projection found or made. */
  clientId?: string;
  /** What the writer gets back. */
  result?: JsonObject;
  /** What it says is in the ledger already: it leaves no entry, and the other projections do not see it. */
  superfluous?: true;
  /** Entries that follow from this one, behind it. */
  also?: LedgerWrite[];
}

/**
 * Applies a write to the tables, in the write's own transaction. Writes of other calls may be applied between its
 * statements: what hangs on rows that are not its call's is to be one statement (or a kind that GroupCommit keeps in line).
 */
export type Projection = (tx: EntityManager, write: LedgerWrite) => Promise<Projected | void>;

/** Published after the commit. */
export interface Written {
  write: LedgerWrite;
  result: JsonObject;
}
