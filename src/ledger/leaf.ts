import canonicalize from 'canonicalize';
import type { Json, JsonObject, LedgerWrite } from './ledger-write.js';
import { leafHash } from './merkle.js';

/** An entry as it stands in the ledger. */
export interface Entry {
  companyId: string;
  /** From 0, without gaps, within the company. */
  seq: number;
  id: string;
  at: string;
  kind: string;
  callId: string | null;
  clientId: string | null;
  actor: string;
  payload: JsonObject;
}

/** RFC 8785: one text for one entry, whoever writes it out. */
export const canonical = (value: Json | Entry): string => canonicalize(value) as string;

/** SHA-256(0x00 ‖ canonical JSON of the entry): the leaf that a verifier computes again. */
export const leafOf = (entry: Entry): Buffer => leafHash(Buffer.from(canonical(entry), 'utf8'));

/**
 * The write with nothing in it that jsonb refuses: U+0000 and lone surrogates, which a hostile SIP header may bring,
 * become U+FFFD; what JSON has no word for is dropped.
 */
export function cleaned(write: LedgerWrite): LedgerWrite {
  return JSON.parse(JSON.stringify(write), (_, value: Json) => {
    if (typeof value === 'string') return cleanText(value);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), inner]));
  }) as LedgerWrite;
}

// UTF-8 has no lone surrogates: writing it out and reading it back replaces them.
const cleanText = (text: string): string =>
  Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8');
