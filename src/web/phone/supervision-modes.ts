import type { SupervisionMode } from '../../contracts/live.js';

/** What the server calls a supervisor's own phone as, when it rings because he asked to take part. */
export const supervisionModes = ['listen', 'whisper', 'barge'] as const satisfies readonly SupervisionMode[];
