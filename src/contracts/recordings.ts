import { z } from 'zod';
import { clientRef, extensionRef } from './calls.js';
import { id, pageQuery, time } from './page.js';

export const recordingsQuery = pageQuery.extend({
  callId: id.optional(),
  state: z.enum(['recording', 'stored', 'missing']).optional(),
});
export type RecordingsQuery = z.infer<typeof recordingsQuery>;

export const recordingSchema = z
  .object({
    id,
    callId: id,
    client: clientRef.nullable(),
    manager: extensionRef.nullable(),
    /** recording: the call goes on; missing: it ought to be there and is not. */
    state: z.enum(['recording', 'stored', 'missing']),
    startedAt: time,
    endedAt: time.nullable(),
    durationMs: z.int().nullable(),
    sizeBytes: z.int().nullable(),
    /** In hexadecimal, of the file as it was stored: the ledger holds the same. */
    sha256: z.string().nullable(),
  })
  .meta({ id: 'Recording' });
export type RecordingView = z.infer<typeof recordingSchema>;
