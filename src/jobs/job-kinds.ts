/** Every kind of job, and what it does. The start fails where one has no handler. */
export const JOB_KINDS = {
  'recording.check': 'looks whether an ended call has its recording, and writes down what it found',
} as const;

export type JobKind = keyof typeof JOB_KINDS;
