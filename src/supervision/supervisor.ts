import type { Person } from '../contracts/identity.js';
import type { SupervisionMode } from '../contracts/live.js';
import { may, type Right } from '../identity/rights.js';
import { sees, type Viewer } from './viewer.js';
import { takesPart, type WatchedCall } from './watched-call.js';

/** A person who supervises from the devices of his extension. */
export type Supervisor = Person & { extension: NonNullable<Person['extension']> };

const RIGHT_OF: Readonly<Record<SupervisionMode, Right>> = {
  listen: 'calls.listen',
  whisper: 'calls.whisper',
  barge: 'calls.barge',
};

export const mayTakePart = ({ role }: Supervisor, mode: SupervisionMode): boolean =>
  may(role, RIGHT_OF[mode]);

/** Why somebody may not take part in a call. */
export type Hindrance = 'no-right' | 'no-such-call' | 'own-call' | 'not-answered';

/** @returns what keeps this person from taking part so; undefined: he may */
export function hindranceOf(
  supervisor: Supervisor,
  viewer: Viewer,
  call: WatchedCall | undefined,
  mode: SupervisionMode,
): Hindrance | undefined {
  if (!mayTakePart(supervisor, mode)) return 'no-right';
  if (!call || !sees(viewer, call.audience)) return 'no-such-call';
  if (takesPart(call, supervisor.extension.id)) return 'own-call';
  if (call.view.state === 'ringing') return 'not-answered';
  return undefined;
}
