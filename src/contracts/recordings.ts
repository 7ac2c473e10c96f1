import { z } from 'zod';
import { clientRef, directions, extensionRef, outcomes } from './calls.js';
import { id, pageQuery, time } from './page.js';

/** recording: the call goes on; missing: it ought to be there and is not; deleted: its key and its files are gone. */
export const recordingStates = ['recording', 'stored', 'missing', 'deleted'] as const;
export const parties = ['client', 'manager'] as const;

const moment = z.iso.datetime({ offset: true });
const seconds = z.coerce.number().int().min(0).max(86_400);
const reason = z.string().trim().min(3, { message: 'is too short: say why' }).max(500);

/** Recordings begun from `from` on and before `to`; `manager` is an extension's number; lengths are in seconds. */
export const recordingsQuery = pageQuery.extend({
  from: moment.optional(),
  to: moment.optional(),
  direction: z.enum(directions).optional(),
  outcome: z.enum(outcomes).optional(),
  manager: z.string().max(10).optional(),
  clientCode: z.string().max(20).optional(),
  minSeconds: seconds.optional(),
  maxSeconds: seconds.optional(),
  callId: id.optional(),
  state: z.enum(recordingStates).optional(),
});
export type RecordingsQuery = z.infer<typeof recordingsQuery>;

export const recordingSchema = z
  .object({
    id,
    callId: id,
    direction: z.enum(directions),
    companyNumber: z.string().nullable(),
    /** Null while the call goes on. */
    outcome: z.enum(outcomes).nullable(),
    client: clientRef.nullable(),
    manager: extensionRef.nullable(),
    state: z.enum(recordingStates),
    startedAt: time,
    endedAt: time.nullable(),
    durationMs: z.int().nullable(),
    /** Of the WAV file that was recorded; `sha256` is that file's too, in hexadecimal: the ledger holds the same. */
    sizeBytes: z.int().nullable(),
    sha256: z.string().nullable(),
    /** What can be played: Opus where an encoder is installed, and the WAV file as far as it is kept. */
    forms: z.array(z.enum(['playback', 'original'])),
    /** Parties who were not heard all along. */
    silent: z.array(z.enum(parties)),
    /** Milliseconds by which it is shorter than the talk, where they are more than two seconds. */
    missingMs: z.int().nullable(),
    /** One for each media server that recorded: where it stands in the recording. */
    segments: z.array(z.object({ startedAt: time, offsetMs: z.int(), durationMs: z.int() })),
    /** Where it was paused: silence in the recording. `toMs` is null while it is. */
    pauses: z.array(z.object({ fromMs: z.int(), toMs: z.int().nullable() })),
    /** When its rule's retention ends; null: never. */
    deleteAfter: time.nullable(),
    /** A legal hold keeps it, whatever its retention. */
    onHold: z.boolean(),
    deleted: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
  })
  .meta({ id: 'Recording' });
export type RecordingView = z.infer<typeof recordingSchema>;

/** `form=original` is the WAV file; `download=1` wants a right of its own. */
export const audioQuery = z.object({
  form: z.enum(['playback', 'original']).default('playback'),
  download: z.literal('1').optional(),
});
export type AudioQuery = z.infer<typeof audioQuery>;

/** The loudest moment of each stretch, from 0 to 1, at most 1000 stretches alike in length. */
export const peaksSchema = z
  .object({
    durationMs: z.int(),
    client: z.array(z.number().min(0).max(1)),
    manager: z.array(z.number().min(0).max(1)),
  })
  .meta({ id: 'RecordingPeaks' });
export type PeaksView = z.infer<typeof peaksSchema>;

export const noteNew = z.strictObject({
  /** Milliseconds from the recording's beginning. */
  atMs: z.int().min(0),
  text: z.string().trim().min(1, { message: 'is empty' }).max(2000),
});
export type NoteNew = z.infer<typeof noteNew>;
export const noteSchema = z
  .object({
    id,
    atMs: z.int(),
    text: z.string(),
    /** The e-mail address of who wrote it; null where the account is gone. */
    author: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'RecordingNote' });
export type NoteView = z.infer<typeof noteSchema>;
export const notesSchema = z.object({ items: z.array(noteSchema) });
export const noteParameter = z.object({ id, noteId: id });

export const recordingDeletion = z.strictObject({ reason });

/** A call's recording is paused (silence is recorded) and resumed. */
export const recordingAction = z.strictObject({ action: z.enum(['pause', 'resume']) });
export const recordingActionResult = z.object({ recordingId: id, paused: z.boolean() });

/** A legal hold: the recordings of one call, or of all calls with one client, are not deleted until it is lifted. */
export const holdNew = z
  .strictObject({ callId: id.optional(), clientId: id.optional(), reason })
  .refine(({ callId, clientId }) => (callId === undefined) !== (clientId === undefined), {
    message: 'is for a call or for a client: give callId or clientId',
    path: ['clientId'],
  });
export type HoldNew = z.infer<typeof holdNew>;
export const holdLift = z.strictObject({ reason });
export const holdSchema = z
  .object({
    id,
    callId: id.nullable(),
    client: clientRef.nullable(),
    reason: z.string(),
    placedBy: z.string(),
    placedAt: time,
    lifted: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
  })
  .meta({ id: 'RecordingHold' });
export type HoldView = z.infer<typeof holdSchema>;

/** What the nightly look at calls and files found; null where there was none yet. */
export const reconciliationSchema = z
  .object({
    at: time.nullable(),
    /** Calls that were to be recorded and have nothing to play. */
    callsWithoutFile: z.array(z.object({ callId: id, recordingId: id, startedAt: time })),
    /** Files below the recordings' folder that belong to no recording. */
    filesWithoutCall: z.array(z.object({ path: z.string(), sizeBytes: z.int(), changedAt: time })),
    /** True where there were more than are listed here. */
    truncated: z.boolean(),
  })
  .meta({ id: 'RecordingReconciliation' });
export type Reconciliation = z.infer<typeof reconciliationSchema>;

const ruleFields = z.strictObject({
  /** The rules are asked in this order; the first that fits decides. */
  position: z.int().min(0).max(100_000),
  name: z.string().trim().min(1).max(80),
  /** Which calls it is for; null: all. */
  companyNumberId: id.nullable(),
  direction: z.enum(['inbound', 'outbound']).nullable(),
  extensionId: id.nullable(),
  /** How many of a hundred such calls are recorded; 0: none. */
  sharePercent: z.int().min(0).max(100),
  /** Days after which their recordings are deleted; null: never. */
  retentionDays: z.int().min(1).max(36_500).nullable(),
});
export const recordingRuleSchema = ruleFields.extend({ id }).meta({ id: 'RecordingRule' });
export const recordingRuleNew = ruleFields.extend({
  companyNumberId: ruleFields.shape.companyNumberId.default(null),
  direction: ruleFields.shape.direction.default(null),
  extensionId: ruleFields.shape.extensionId.default(null),
  sharePercent: ruleFields.shape.sharePercent.default(100),
  retentionDays: ruleFields.shape.retentionDays.default(null),
});
export const recordingRuleChange = ruleFields
  .partial()
  .refine((fields) => Object.keys(fields).length > 0, { message: 'names no field to change' });

export type RecordingRule = z.infer<typeof recordingRuleSchema>;
export type RecordingRuleNew = z.input<typeof recordingRuleNew>;
export type RecordingRuleChange = z.infer<typeof recordingRuleChange>;
