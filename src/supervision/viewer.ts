import type { Person, Role } from '../contracts/identity.js';
import type { Audience } from './watched-call.js';

/** Who looks, and how far he may see. */
export interface Viewer {
  companyId: string;
  role: Role;
  extensionId: string | null;
  /** The groups a supervisor is set over; null: the whole company's. */
  groupIds: readonly string[] | null;
}

export const viewerOf = ({ companyId, role, extension, supervises }: Person): Viewer => ({
  companyId,
  role,
  extensionId: extension?.id ?? null,
  groupIds: supervises.length > 0 ? supervises : null,
});

/** A manager sees what concerns his own extension, a supervisor his groups, an administrator all of the company. */
export function sees(viewer: Viewer, audience: Audience | undefined): boolean {
  if (audience?.companyId !== viewer.companyId) return false;
  switch (viewer.role) {
    case 'admin':
      return true;
    case 'supervisor':
      return viewer.groupIds === null || viewer.groupIds.some((id) => audience.groupIds.includes(id));
    case 'manager':
      return viewer.extensionId !== null && audience.extensionIds.includes(viewer.extensionId);
    default:
      return viewer.role satisfies never;
  }
}
