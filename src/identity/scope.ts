import type { Person, Role } from '../contracts/identity.js';

/** How far each role sees: the whole company, or what its own extension took part in. */
const SEES: Record<Role, 'company' | 'own'> = { admin: 'company', supervisor: 'company', manager: 'own' };

/**
 * The extension to which a person's view is narrowed.
 * @returns null: the whole company is seen; a manager without an extension sees nothing (the nil UUID)
 */
export function narrowedTo(person: Person): string | null {
  return SEES[person.role] === 'company' ? null : (person.extension?.id ?? NOBODY);
}

// RFC 9562 §5.9: the nil UUID names nothing.
const NOBODY = '00000000-0000-0000-0000-000000000000';
