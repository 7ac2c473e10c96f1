import { z } from 'zod';
import { id } from './page.js';

const name = z.string().trim().min(1).max(80);
const extensionNumber = z.string().regex(/^[0-9]{2,6}$/, { message: 'is not 2 to 6 digits' });
const e164 = z.string().regex(/^\+[0-9]{3,15}$/, { message: 'is no number in E.164: + and 3 to 15 digits' });
const host = z
  .string()
  .max(253)
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9.:-]*[a-zA-Z0-9])?$/, { message: 'is no host name or IP address' });
const port = z.int().min(1).max(65535);
const source = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  message: 'is no IP address or network (192.0.2.0/24)',
});
/** The name of a prompt, never a path. */
const promptName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, { message: 'is no name of a prompt' });

/** What a PATCH may hold: any of the fields, at least one. */
const someOf = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  schema
    .partial()
    .refine((fields) => Object.keys(fields).length > 0, { message: 'names no field to change' });

/** How many clients' numbers one person may be shown within 24 hours; 0: none. */
const revealQuota = z.int().min(0).max(1000);

export const companySchema = z
  .object({ id, name, country: z.string(), sipDomain: z.string().nullable(), revealQuota })
  .meta({ id: 'Company' });
export const companyChange = someOf(
  z.strictObject({
    name,
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, { message: 'is not the two letters of a country (ISO 3166-1), as in RU' }),
    sipDomain: host.nullable(),
    revealQuota,
  }),
);

const extensionFields = z.strictObject({
  number: extensionNumber,
  name,
  maxDevices: z.int().min(1).max(20),
});
export const extensionSchema = extensionFields.extend({ id }).meta({ id: 'Extension' });
export const extensionNew = extensionFields.extend({
  maxDevices: extensionFields.shape.maxDevices.default(5),
});
export const extensionChange = someOf(extensionFields);
/** The SIP password is generated and shown this once. */
export const extensionWithPassword = extensionSchema.extend({ sipPassword: z.string() });

const groupFields = z.strictObject({
  name,
  strategy: z.enum(['all', 'in_turn', 'longest_idle']),
  ringTimeoutS: z.int().min(1).max(300),
  overflowGroupId: id.nullable(),
  /** Ids of extensions, in ringing order. */
  memberIds: z
    .array(id)
    .max(200)
    .refine((ids) => new Set(ids).size === ids.length, { message: 'names an extension twice' }),
});
export const groupSchema = groupFields.extend({ id }).meta({ id: 'RingGroup' });
export const groupNew = groupFields.extend({
  strategy: groupFields.shape.strategy.default('all'),
  ringTimeoutS: groupFields.shape.ringTimeoutS.default(25),
  overflowGroupId: groupFields.shape.overflowGroupId.default(null),
  memberIds: groupFields.shape.memberIds.default([]),
});
export const groupChange = someOf(groupFields);

const companyNumberFields = z.strictObject({
  number: e164,
  name,
  groupId: id.nullable(),
  greeting: promptName.nullable(),
});
export const companyNumberSchema = companyNumberFields.extend({ id }).meta({ id: 'CompanyNumber' });
export const companyNumberNew = companyNumberFields.extend({
  groupId: companyNumberFields.shape.groupId.default(null),
  greeting: companyNumberFields.shape.greeting.default(null),
});
export const companyNumberChange = someOf(companyNumberFields);

const trunkFields = z.strictObject({
  name,
  kind: z.enum(['address', 'registration']),
  sourceAddresses: z.array(source).max(64),
  host,
  port,
  transport: z.enum(['udp', 'tcp', 'tls']),
  username: z.string().min(1).max(120).nullable(),
  /** Written, never read back. */
  password: z.string().min(1).max(200).nullable(),
  enabled: z.boolean(),
});
export const trunkSchema = trunkFields
  .omit({ password: true })
  .extend({ id, hasPassword: z.boolean() })
  .meta({ id: 'Trunk' });
export const trunkNew = trunkFields.extend({
  sourceAddresses: trunkFields.shape.sourceAddresses.default([]),
  port: port.default(5060),
  transport: trunkFields.shape.transport.default('udp'),
  username: trunkFields.shape.username.default(null),
  password: trunkFields.shape.password.default(null),
  enabled: z.boolean().default(true),
});
export const trunkChange = someOf(trunkFields);
