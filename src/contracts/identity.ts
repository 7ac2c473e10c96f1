import { z } from 'zod';
import { id, time } from './page.js';

export const roles = ['admin', 'supervisor', 'manager'] as const;
export type Role = (typeof roles)[number];

export const signInRequest = z.strictObject({
  email: z.string().trim().toLowerCase().min(3).max(254),
  password: z.string().min(1).max(200),
});

export const personSchema = z
  .object({
    id,
    email: z.string(),
    role: z.enum(roles),
    companyId: id,
    /** The extension that rings for this person; null where none does. */
    extension: z.object({ id, number: z.string(), name: z.string() }).nullable(),
  })
  .meta({ id: 'Person' });
export type Person = z.infer<typeof personSchema>;

export const signInResponse = z.object({
  /** A bearer token: `Authorization: Bearer …`. Browsers get it as an httpOnly cookie as well. */
  token: z.string(),
  expiresAt: time,
  user: personSchema,
});

export const meResponse = personSchema.extend({ rights: z.array(z.string()) });
