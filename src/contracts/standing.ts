import { z } from 'zod';
import { deviceKinds, extensionRef } from './calls.js';
import { id, time } from './page.js';

/** A device that is registered now. */
export const registeredDeviceSchema = z
  .object({
    id,
    extension: extensionRef,
    kind: z.enum(deviceKinds),
    /** As the device calls itself. */
    userAgent: z.string().nullable(),
    transport: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
    /** Where it registers from. */
    address: z.string(),
    registeredAt: time,
    expiresAt: time,
  })
  .meta({ id: 'RegisteredDevice' });
export type RegisteredDevice = z.infer<typeof registeredDeviceSchema>;
export const registeredDevices = z.object({ items: z.array(registeredDeviceSchema) });

export const trunkStateSchema = z
  .object({
    trunkId: id,
    /** A trunk by address is registered as long as it is enabled. */
    state: z.enum(['registering', 'registered', 'failed', 'stopped']),
    since: time,
    /** The carrier's last final answer. */
    status: z.int().nullable(),
    reason: z.string().nullable(),
    /** What went wrong with calls out within the last hour, the newest. */
    trouble: z
      .object({
        what: z.enum(['caller-id-refused', 'failed']),
        companyNumber: z.string().nullable(),
        sipStatus: z.int(),
        at: time,
      })
      .nullable(),
  })
  .meta({ id: 'TrunkState' });
export type TrunkStateView = z.infer<typeof trunkStateSchema>;
export const trunkStates = z.object({ items: z.array(trunkStateSchema) });

/** What a softphone is told beside number and password. */
export const softphoneSettings = z
  .object({
    host: z.string(),
    port: z.int(),
    tlsPort: z.int().nullable(),
    /** The host part of its address, where the company has one of its own. */
    domain: z.string().nullable(),
  })
  .meta({ id: 'SoftphoneSettings' });
export type SoftphoneSettings = z.infer<typeof softphoneSettings>;
