import { z } from 'zod';
import { e164 } from './provisioning.js';

export const trunkTestRequest = z.strictObject({
  /** Called for a moment, in E.164; left out, only the connection with the carrier is looked at. */
  number: e164.nullable().default(null),
});
export type TrunkTestRequest = z.infer<typeof trunkTestRequest>;

/** What the carrier's answer means, and so what is to be done. */
export const trunkFindings = [
  'answered',
  'rang',
  'busy',
  'registered',
  'reachable',
  'registering',
  'switched-off',
  'no-answer',
  'wrong-password',
  'forbidden',
  'number-unknown',
  'codecs',
  'carrier-failed',
] as const;
export type TrunkFinding = (typeof trunkFindings)[number];

export const trunkTestSchema = z
  .object({
    /** Whether the trunk does what was asked of it. */
    works: z.boolean(),
    finding: z.enum(trunkFindings),
    /** What the carrier answered last; null where it said nothing. */
    status: z.int().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'TrunkTest' });
export type TrunkTestView = z.infer<typeof trunkTestSchema>;
