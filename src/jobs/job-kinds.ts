/** Every kind of job, and what it does. The start fails where one has no handler. */
export const JOB_KINDS = {
  'recording.check': 'looks whether an ended call has its recording, seals it, and writes down what it found',
  'recording.clean': 'removes files of recordings that are of no more use',
  'recording.retention': 'deletes the recordings whose time is over',
  'recording.reconcile': 'compares calls with the files on disk, and lists which lack the other',
  'presence.back': 'notes that a manager is back at the time that he named',
} as const;

export type JobKind = keyof typeof JOB_KINDS;
