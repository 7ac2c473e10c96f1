import { z } from 'zod';
import { id, pageQuery, time } from './page.js';

export const directions = ['inbound', 'outbound', 'internal'] as const;
export const outcomes = ['answered', 'missed', 'abandoned', 'refused', 'unreached'] as const;

/** What a manager takes calls on. */
export const deviceKinds = ['softphone', 'browser', 'mobile'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

const moment = z.iso.datetime({ offset: true });

/** Calls from `from` on and before `to`; `manager` is an extension's number. */
export const callsQuery = pageQuery.extend({
  from: moment.optional(),
  to: moment.optional(),
  direction: z.enum(directions).optional(),
  outcome: z.enum(outcomes).optional(),
  manager: z.string().max(10).optional(),
  clientCode: z.string().max(20).optional(),
});
export type CallsQuery = z.infer<typeof callsQuery>;

/** A client as managers know him: by code and name, never by number. */
export const clientRef = z.object({ id, code: z.string(), name: z.string().nullable() });
export const extensionRef = z.object({ number: z.string(), name: z.string() });

export const callSchema = z
  .object({
    id,
    direction: z.enum(directions),
    companyNumber: z.string().nullable(),
    /** Whether the caller showed a number, withheld it, or showed something that is none. */
    callerKind: z.enum(['number', 'withheld', 'malformed']),
    client: clientRef.nullable(),
    startedAt: time,
    answeredAt: time.nullable(),
    endedAt: time.nullable(),
    /** Null while the call goes on. */
    outcome: z.enum(outcomes).nullable(),
    /** The name of its ending. */
    ending: z.string().nullable(),
    endedBy: z.string().nullable(),
    /** ITU-T Q.850. */
    cause: z.int().nullable(),
    sipStatus: z.int().nullable(),
    /** Who talked with the client; of several, the last. Between extensions, who called. */
    manager: extensionRef.nullable(),
    /** Between extensions, whom he called: who answered, or else who was rung first. */
    colleague: extensionRef.nullable(),
    recordingId: id.nullable(),
  })
  .meta({ id: 'Call' });
export type CallView = z.infer<typeof callSchema>;

/** A call with every extension that was rung for it, and who talked with the client from when to when. */
export const callDetail = callSchema.extend({
  talks: z.array(
    z.object({
      extension: extensionRef.nullable(),
      startedAt: time,
      /** Null while they talk. */
      endedAt: time.nullable(),
    }),
  ),
  legs: z.array(
    z.object({
      extension: extensionRef.nullable(),
      /** A registered device, or the extension's mobile behind the carrier. */
      via: z.enum(['device', 'mobile']),
      startedAt: time,
      answeredAt: time.nullable(),
      endedAt: time.nullable(),
      sipStatus: z.int().nullable(),
      cause: z.int().nullable(),
    }),
  ),
});
export type CallDetail = z.infer<typeof callDetail>;

/** Calls a client: the asking person's own devices ring first, or those of one kind. */
export const callRequest = z.strictObject({
  clientCode: z.string().regex(/^[0-9]{2,20}$/, { message: 'is no client code: it has digits only' }),
  device: z.enum(deviceKinds).optional(),
});
export type CallRequest = z.infer<typeof callRequest>;
