import type { Person, Role } from '../contracts/identity.js';
import { narrowedTo } from '../identity/scope.js';
import type { Audience } from './watched-call.js';

/** Who looks, and how far he may see. */
export interface Viewer {
  companyId: string;
  role: Role;
  /** Extensions and groups; null: the whole company's. */
  theirs: readonly string[] | null;
}

export const viewerOf = (person: Person): Viewer => ({
  companyId: person.companyId,
  role: person.role,
  theirs: narrowedTo(person),
});

/** A manager sees what concerns his own extension, a supervisor his groups too, an administrator all of the company. */
export function sees(viewer: Viewer, audience: Audience | undefined): boolean {
  if (audience?.companyId !== viewer.companyId) return false;
  const { extensionIds, groupIds } = audience;
  return viewer.theirs?.some((id) => extensionIds.includes(id) || groupIds.includes(id)) ?? true;
}
