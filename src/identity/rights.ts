import { AppError } from '../common/app-error.js';
import type { Person, Role } from '../contracts/identity.js';

/**
 * Who may do what. A role that is not named has not the right. A manager's rights reach his own calls only:
 * those in which his extension was rung or talked, their clients and recordings; a supervisor's, where he is set over
 * groups, those of his groups (scope.ts).
 */
export const RIGHTS = {
  'calls.read': ['admin', 'supervisor', 'manager'],
  /** Calling clients from the web page, and ending one's own calls there. */
  'calls.make': ['admin', 'supervisor', 'manager'],
  /** A phone in the browser, as one's own extension. */
  'phone.use': ['admin', 'supervisor', 'manager'],
  'calls.listen': ['admin', 'supervisor'],
  'calls.whisper': ['admin', 'supervisor'],
  'calls.barge': ['admin', 'supervisor'],
  'clients.read': ['admin', 'supervisor', 'manager'],
  'clients.change': ['admin', 'supervisor'],
  'clients.note': ['admin', 'supervisor', 'manager'],
  /** Seeing a client's number: with a reason, so often a day, and each time an entry (NumberVault). */
  'clients.reveal': ['admin', 'supervisor'],
  'follow-ups.read': ['admin', 'supervisor', 'manager'],
  'follow-ups.close': ['admin', 'supervisor'],
  'recordings.read': ['admin', 'supervisor', 'manager'],
  'recordings.play': ['admin', 'supervisor', 'manager'],
  'recordings.download': ['admin', 'supervisor'],
  'recordings.note': ['admin', 'supervisor', 'manager'],
  'recordings.pause': ['admin', 'supervisor', 'manager'],
  'recordings.delete': ['admin'],
  'recordings.hold': ['admin'],
  'recordings.reconcile': ['admin', 'supervisor'],
  'provisioning.read': ['admin', 'supervisor'],
  'provisioning.change': ['admin'],
  'media-servers.read': ['admin', 'supervisor'],
  'media-servers.change': ['admin'],
  'people.read': ['admin'],
  'people.change': ['admin'],
  'figures.read': ['admin', 'supervisor'],
  'ledger.read': ['admin'],
  'metrics.read': ['admin'],
  'own-account': ['admin', 'supervisor', 'manager'],
  'own-presence': ['admin', 'supervisor', 'manager'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof RIGHTS;

export const may = (role: Role, right: Right): boolean => (RIGHTS[right] as readonly Role[]).includes(role);

export const rightsOf = (role: Role): Right[] =>
  (Object.keys(RIGHTS) as Right[]).filter((right) => may(role, right));

export const forbidden = (message: string): AppError =>
  new AppError('forbidden', message, { httpStatus: 403, blame: 'caller' });

/** @throws AppError 403 */
export function demandRight({ role }: Person, right: Right): void {
  if (!may(role, right)) throw forbidden(`the role ${role} has not the right ${right}`);
}
