import { z } from 'zod';
import { extensionRef } from './calls.js';
import { id, pageQuery, time } from './page.js';

export const clientsQuery = pageQuery.extend({
  code: z.string().max(20).optional(),
  /** A part of the name, or the beginning of the code. */
  search: z.string().trim().max(80).optional(),
});
export type ClientsQuery = z.infer<typeof clientsQuery>;

export const clientSchema = z
  .object({
    id,
    /** What managers see, and dial in place of the number. */
    code: z.string(),
    name: z.string().nullable(),
    /** Whose phone rings first when the client calls. */
    assignedExtension: extensionRef.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Client' });
export type ClientAnswer = z.infer<typeof clientSchema>;

/** Seven digits are a telephone number, however they are spaced. */
const TELEPHONE_NUMBER = /(\d[\s().+-]*){7}/;

export const revealRequest = z.strictObject({
  /** Why the number must be seen; it is kept in the ledger for ever. */
  reason: z
    .string()
    .trim()
    .min(10, { message: 'says too little: 10 characters or more, for whoever reads the ledger later' })
    .max(300)
    .refine((reason) => /\p{L}{2,}\P{L}+\p{L}{2,}/u.test(reason), { message: 'is not two words' })
    .refine((reason) => !TELEPHONE_NUMBER.test(reason), {
      message: 'holds a telephone number, and the ledger keeps it for ever',
    }),
});
export type RevealRequest = z.infer<typeof revealRequest>;

/** In E.164. */
export const revealedNumber = z.object({ number: z.string() }).meta({ id: 'RevealedNumber' });
export type RevealedNumber = z.infer<typeof revealedNumber>;

/** Free text about a client, for whoever may see him. */
const noteText = z
  .string()
  .trim()
  .min(1, { message: 'is empty' })
  .max(2000)
  .refine((text) => !TELEPHONE_NUMBER.test(text), {
    message: 'holds a telephone number, and managers see this note',
  });
export const clientNoteNew = z.strictObject({ text: noteText });
export type ClientNoteNew = z.infer<typeof clientNoteNew>;

export const clientNoteSchema = z
  .object({
    id,
    text: z.string(),
    at: time,
    /** Who wrote it; null once the account is gone. */
    author: z.object({ id, email: z.string() }).nullable(),
  })
  .meta({ id: 'ClientNote' });
export type ClientNote = z.infer<typeof clientNoteSchema>;
export const clientNotes = z.object({ items: z.array(clientNoteSchema) });
export const clientNoteParameter = z.object({ id, noteId: id });
export type ClientNoteParameter = z.infer<typeof clientNoteParameter>;

export const clientChange = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .refine((name) => !TELEPHONE_NUMBER.test(name), {
        message: 'looks like a telephone number, and managers see this name',
      })
      .nullable(),
    /** An extension's number; null: nobody's client in particular. */
    assignedExtension: z
      .string()
      .regex(/^[0-9]{2,6}$/, { message: 'is no extension’s number' })
      .nullable(),
  })
  .partial()
  .refine((fields) => Object.keys(fields).length > 0, { message: 'names no field to change' });
export type ClientChange = z.infer<typeof clientChange>;
