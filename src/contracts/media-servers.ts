import { z } from 'zod';

export const mediaServerName = z.object({ name: z.string().max(300) });
export type MediaServerName = z.infer<typeof mediaServerName>;

export const mediaServerSchema = z
  .object({
    /** host:port of its ESL, as FREESWITCH_URL has it. */
    name: z.string(),
    /** sick: it takes commands and answers no INVITE. As the control plane asked sees it. */
    health: z.enum(['up', 'sick', 'down']),
    /** It gets no new calls; those that live go on. The same for all control planes. */
    draining: z.boolean(),
    /** Legs on it, or being made, by the control plane asked. */
    legs: z.int(),
    /** Channels on it, of all control planes; null while it does not answer. A drained one may be stopped at 0. */
    channels: z.int().nullable(),
  })
  .meta({ id: 'MediaServer' });
export type MediaServerView = z.infer<typeof mediaServerSchema>;

export const mediaServerList = z.object({ items: z.array(mediaServerSchema) });
