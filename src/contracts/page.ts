import { z } from 'zod';

/** How much of a list, and from where: `cursor` is what the page before called `nextCursor`. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(600).optional(),
});

export type PageQuery = z.infer<typeof pageQuery>;

/** One page of a list; `nextCursor` is null on the last. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** A time as all answers write it: ISO 8601, UTC. */
export const time = z.iso.datetime();
export const id = z.uuid();

export const idParameter = z.object({ id });
export type IdParameter = z.infer<typeof idParameter>;
