import { z } from 'zod';

export const promptLanguages = ['ru', 'en'] as const;
export type PromptLanguage = (typeof promptLanguages)[number];

/** The name of a prompt, never a path. */
export const promptName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, { message: 'is no name of a prompt: a to z, 0 to 9, - and _' });

/** What callers are told: one that comes with the product, or the company's own. */
export const promptSchema = z
  .object({
    language: z.enum(promptLanguages),
    name: promptName,
    durationMs: z.int(),
    /** Uploaded by the company; it is played in place of one of the product's that has the same name. */
    own: z.boolean(),
    /** Company numbers that it greets the callers of. */
    greets: z.array(z.string()),
  })
  .meta({ id: 'Prompt' });
export type PromptView = z.infer<typeof promptSchema>;
export const promptList = z.object({ items: z.array(promptSchema) });

export const promptParameters = z.object({ language: z.enum(promptLanguages), name: promptName });
export type PromptParameters = z.infer<typeof promptParameters>;
