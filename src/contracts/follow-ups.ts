import { z } from 'zod';
import { clientRef, extensionRef } from './calls.js';
import { id, pageQuery, time } from './page.js';

export const followUpsQuery = pageQuery.extend({
  state: z.enum(['open', 'closed']).default('open'),
  /** By when they were opened. */
  order: z.enum(['newest', 'oldest']).default('newest'),
});
export type FollowUpsQuery = z.infer<typeof followUpsQuery>;

export const followUpSchema = z
  .object({
    id,
    client: clientRef,
    /** Null: it is everybody's. */
    owner: extensionRef.nullable(),
    openedAt: time,
    dueAt: time.nullable(),
    /** Unanswered calls of the client since it was opened. */
    attempts: z.int(),
    firstCallId: id,
    lastCallId: id,
    closedAt: time.nullable(),
    /** The conversation that is the evidence. */
    closedByCallId: id.nullable(),
    /** A supervisor's reason, where there was no conversation. */
    closingReason: z.string().nullable(),
  })
  .meta({ id: 'FollowUp' });
export type FollowUpView = z.infer<typeof followUpSchema>;

export const followUpClosing = z.strictObject({ reason: z.string().trim().min(3).max(500) });
export type FollowUpClosing = z.infer<typeof followUpClosing>;
