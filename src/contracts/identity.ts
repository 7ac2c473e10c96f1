import { z } from 'zod';
import { id, time } from './page.js';

export const roles = ['admin', 'supervisor', 'manager'] as const;
export type Role = (typeof roles)[number];

export const signInRequest = z.strictObject({
  email: z.string().trim().toLowerCase().min(3).max(254),
  password: z.string().min(1).max(200),
});
export type SignInRequest = z.infer<typeof signInRequest>;

export const personSchema = z
  .object({
    id,
    email: z.string(),
    role: z.enum(roles),
    companyId: id,
    /** The extension that rings for this person; null where none does. */
    extension: z.object({ id, number: z.string(), name: z.string() }).nullable(),
    /** Ring groups that a supervisor is set over: whose calls he may watch and take part in. None: all of the company's. */
    supervises: z.array(id),
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
export type Me = z.infer<typeof meResponse>;

const email = z.email({ message: 'is no e-mail address' }).max(254).toLowerCase();
const newPassword = z.string().min(12, { message: 'is too short: 12 characters or more' }).max(200);

const personFields = z.strictObject({
  email,
  role: z.enum(roles),
  /** The number of the extension that rings for this person. */
  extension: z.string().max(10).nullable(),
  supervises: z
    .array(id)
    .max(200)
    .refine((ids) => new Set(ids).size === ids.length, { message: 'names a group twice' }),
  /** Written, never read back. */
  password: newPassword,
});
export const personNew = personFields.extend({
  extension: personFields.shape.extension.default(null),
  supervises: personFields.shape.supervises.default([]),
});
export type PersonNew = z.infer<typeof personNew>;
export const personChange = personFields
  .omit({ email: true })
  .partial()
  .refine((fields) => Object.keys(fields).length > 0, { message: 'names no field to change' });
export type PersonChange = z.infer<typeof personChange>;

export const passwordChange = z.strictObject({ current: z.string().min(1).max(200), password: newPassword });
export type PasswordChange = z.infer<typeof passwordChange>;
