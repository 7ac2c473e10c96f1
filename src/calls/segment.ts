/** One file of a conversation's recording, and by which rule; ids are null where the call is not recorded. */
export interface Segment {
  recordingId: string | null;
  /** Below RECORDINGS_DIR. */
  recordingPath: string | null;
  ruleId: string | null;
  retentionDays: number | null;
}
