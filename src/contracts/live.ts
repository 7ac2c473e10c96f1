import { z } from 'zod';
import { clientRef, directions, extensionRef, outcomes } from './calls.js';
import { id, time } from './page.js';

/** How a supervisor takes part: hears both; is heard by the manager alone; is heard by both. */
export const supervisionModes = ['listen', 'whisper', 'barge'] as const;
export type SupervisionMode = (typeof supervisionModes)[number];

/** A supervisor's extension, and how he takes part. */
const supervisorRef = z.object({ extension: extensionRef, mode: z.enum(supervisionModes) });

export const callStates = ['ringing', 'talking', 'held'] as const;

/** A call that goes on, as watchers see it. It has no field that could hold a client's number. */
export const liveCallSchema = z
  .object({
    id,
    /** What a supervisor dials after a feature code; used again once the call is over. */
    shortNumber: z.int(),
    direction: z.enum(directions),
    state: z.enum(callStates),
    companyNumber: z.string().nullable(),
    callerKind: z.enum(['number', 'withheld', 'malformed']),
    client: clientRef.nullable(),
    startedAt: time,
    answeredAt: time.nullable(),
    /** Whose phones ring now. */
    ringing: z.array(extensionRef),
    /** Who talks with the client, or calls him; between extensions the colleague, once he has taken the call. */
    manager: extensionRef.nullable(),
    /** Between extensions, who called; null where a client takes part. */
    caller: extensionRef.nullable(),
    heldBy: z.enum(['client', 'manager']).nullable(),
    /** Null where it is not recorded; while paused, silence is. */
    recording: z.enum(['runs', 'paused']).nullable(),
    /** Who supervises it; seen by supervisors alone, empty for managers. */
    supervisors: z.array(supervisorRef),
  })
  .meta({ id: 'LiveCall' });
export type LiveCallView = z.infer<typeof liveCallSchema>;

export const presences = ['here', 'away'] as const;

/** Whether somebody is at his place; calls do not ring for who is away, unless he himself is asked for. */
export const presenceSchema = z
  .object({
    presence: z.enum(presences),
    /** When somebody who is away means to be back: then he is here again by himself. */
    backAt: time.nullable(),
  })
  .meta({ id: 'Presence' });
export type Presence = z.infer<typeof presenceSchema>;
export const presenceChange = z.strictObject({
  presence: z.enum(presences),
  backAt: time.nullable().default(null),
});
export type PresenceChange = z.infer<typeof presenceChange>;

export const liveExtensionSchema = z
  .object({
    id,
    number: z.string(),
    name: z.string(),
    /** Registered now. */
    devices: z.int(),
    /** supervising: takes part in others' calls, or waits for the next one of whom he follows. */
    state: z.enum(['offline', 'free', 'ringing', 'talking', 'supervising']),
    presence: z.enum(presences),
    /** When somebody who is away means to be back. */
    backAt: time.nullable(),
    /** Who takes part in each of its calls; seen by supervisors alone, empty for managers. */
    followers: z.array(supervisorRef),
  })
  .meta({ id: 'LiveExtension' });
export type LiveExtensionView = z.infer<typeof liveExtensionSchema>;

/**
 * What `/live` sends, each as one JSON text. `at` is where the feed stands, for `/live?after=<at>` after a break: what was
 * missed follows, or a new snapshot where that is too long ago. Between two messages of one watcher there may be others
 * that were not for him.
 */
export const liveEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    at: z.string(),
    calls: z.array(liveCallSchema),
    extensions: z.array(liveExtensionSchema),
  }),
  /** A call began or changed: the whole of it as it is now. */
  z.object({
    type: z.literal('call'),
    at: z.string(),
    change: z.enum([
      'began',
      'ringing',
      'answered',
      'held',
      'retrieved',
      'handed-over',
      'rejoined',
      'recording-paused',
      'recording-resumed',
      'supervised',
    ]),
    call: liveCallSchema,
  }),
  /** A call is over, or is no longer for this watcher. */
  z.object({
    type: z.literal('call-gone'),
    at: z.string(),
    id,
    outcome: z.enum(outcomes).nullable(),
  }),
  z.object({ type: z.literal('extension'), at: z.string(), extension: liveExtensionSchema }),
  /** Nothing new; sent every 15 s. */
  z.object({ type: z.literal('beat'), at: z.string() }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;

export const superviseRequest = z.strictObject({ mode: z.enum(supervisionModes) });
export type SuperviseRequest = z.infer<typeof superviseRequest>;

/** What a supervisor does now. */
export const supervisionSchema = z
  .object({
    mode: z.enum(supervisionModes),
    /** The call he takes part in; null while he follows a manager who does not talk. */
    callId: id.nullable(),
    /** The extension he follows from call to call. */
    following: extensionRef.nullable(),
  })
  .meta({ id: 'Supervision' });
export type SupervisionView = z.infer<typeof supervisionSchema>;
