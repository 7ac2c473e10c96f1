import type { LiveCallView } from '../../contracts/live.js';

/** Listen, whisper, barge: shown once the person's browser can take part in calls. */
export function Supervise(_: { call: LiveCallView }) {
  return null;
}
