import { z } from 'zod';
import { roles } from './identity.js';

/** Who may do what: each right with the roles that have it. */
export const rightsTable = z
  .object({ items: z.array(z.object({ right: z.string(), roles: z.array(z.enum(roles)) })) })
  .meta({ id: 'RightsTable' });
export type RightsTable = z.infer<typeof rightsTable>;
