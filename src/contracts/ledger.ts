import { z } from 'zod';
import { id, pageQuery, time } from './page.js';

export const ledgerQuery = pageQuery.extend({
  kind: z.string().max(60).optional(),
  callId: id.optional(),
  clientId: id.optional(),
  actor: z.string().max(120).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
});
export type LedgerQuery = z.infer<typeof ledgerQuery>;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const ledgerEntrySchema = z
  .object({
    /** Without gaps, from 0, per company. */
    seq: z.int(),
    id,
    at: time,
    kind: z.string(),
    callId: id.nullable(),
    clientId: id.nullable(),
    actor: z.string(),
    payload: z.record(z.string(), z.unknown()),
    /** SHA-256 of the entry as a leaf (RFC 9162 §2.1.1), in hexadecimal. */
    leafHash: hash,
    /** The tree's root with this entry as its last leaf. */
    rootHash: hash,
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntryView = z.infer<typeof ledgerEntrySchema>;
