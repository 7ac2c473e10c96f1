import { z } from 'zod';
import { extensionRef } from './calls.js';
import { time } from './page.js';

const moment = z.iso.datetime({ offset: true });

/** Calls from `from` on and before `to`, at most 31 days, in slots of `slotMinutes`. */
export const figuresQuery = z
  .object({
    from: moment,
    to: moment,
    slotMinutes: z.coerce.number().int().min(15).max(1440).default(60),
  })
  .refine(({ from, to }) => Date.parse(to) > Date.parse(from), {
    path: ['to'],
    message: 'is not after the beginning',
  })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= 31 * 24 * 3_600_000, {
    path: ['to'],
    message: 'is more than 31 days after the beginning',
  });
export type FiguresQuery = z.infer<typeof figuresQuery>;

const counts = {
  inbound: z.int(),
  outbound: z.int(),
  internal: z.int(),
  /** What became of the incoming calls; `refused` were turned away, `going` are not ended yet. */
  answered: z.int(),
  missed: z.int(),
  abandoned: z.int(),
  refused: z.int(),
  going: z.int(),
  /** Outgoing calls that the called side answered. */
  reached: z.int(),
};

export const figuresSchema = z
  .object({
    from: time,
    to: time,
    total: z.object({
      ...counts,
      /** Seconds from the INVITE to the answer, of answered inbound calls; null without any. */
      medianAnswerS: z.number().nullable(),
      /** Milliseconds of all conversations together. */
      talkedMs: z.int(),
    }),
    /** Each slot in its order, empty ones too. */
    slots: z.array(z.object({ at: time, ...counts })),
    managers: z.array(
      z.object({
        extension: extensionRef,
        /** Incoming calls that he took. */
        answered: z.int(),
        /** Outgoing calls of his that the called side answered. */
        reached: z.int(),
        /** Incoming calls in which this extension rang and nobody of the company answered. */
        missed: z.int(),
        talkedMs: z.int(),
      }),
    ),
  })
  .meta({ id: 'Figures' });
export type Figures = z.infer<typeof figuresSchema>;
