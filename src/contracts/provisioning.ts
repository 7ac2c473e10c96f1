import { z } from 'zod';
import { COUNTRIES } from './countries.js';
import { id } from './page.js';
import { promptLanguages, promptName } from './prompts.js';

const name = z.string().trim().min(1).max(80);
const extensionNumber = z.string().regex(/^[0-9]{2,6}$/, { message: 'is not 2 to 6 digits' });
export const e164 = z
  .string()
  .regex(/^\+[0-9]{3,15}$/, { message: 'is no number in E.164: + and 3 to 15 digits' });
const host = z
  .string()
  .max(253)
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9.:-]*[a-zA-Z0-9])?$/, { message: 'is no host name or IP address' });
const port = z.int().min(1).max(65535);
const source = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  message: 'is no IP address or network (192.0.2.0/24)',
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What a PATCH may hold: any of the fields, at least one. */
const someOf = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  schema
    .partial()
    .refine((fields) => Object.keys(fields).length > 0, { message: 'names no field to change' });

/** How many clients' numbers one person may be shown within 24 hours; 0: none. */
const revealQuota = z.int().min(0).max(1000);

/** For how many days after its last use a proxy number stands for nobody else on a mobile. */
const proxyFreshDays = z.int().min(1).max(3650);
/** Minutes after a conversation in which its client still reaches the same manager first; 0: never. */
const stickyMinutes = z.int().min(0).max(525_600);
const timeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, { message: 'is no time zone by its IANA name, as in Europe/Moscow' });
/** Whether the WAV file of a recording is kept beside the Opus file that is played. */
const keepOriginalRecordings = z.boolean();
/** Asked of mobiles that call back. Written, never read back. */
const callbackPin = z.string().regex(/^[0-9]{4,8}$/, { message: 'is not 4 to 8 digits' });

/** Whether calls between its extensions are recorded; those with clients always are. */
const recordsInternalCalls = z.boolean();

/** A short beep: within a telephone's band, and no longer than a word it may cover. */
const tone = z.strictObject({ hertz: z.int().min(300).max(3400), ms: z.int().min(50).max(1000) });
/** What client and manager hear when a supervisor takes part in their call; null: nothing. */
const supervisionTone = tone.nullable();

export const countryCode = z.string().refine((code) => COUNTRIES.includes(code), {
  message: 'is not the two letters of a country (ISO 3166-1), as in RU',
});

export const companySchema = z
  .object({
    id,
    name,
    country: z.string(),
    sipDomain: z.string().nullable(),
    revealQuota,
    proxyFreshDays,
    stickyMinutes,
    timeZone: z.string().nullable(),
    keepOriginalRecordings,
    supervisionTone,
    hasCallbackPin: z.boolean(),
    recordsInternalCalls,
  })
  .meta({ id: 'Company' });
export const companyChange = someOf(
  z.strictObject({
    name,
    country: countryCode,
    sipDomain: host.nullable(),
    revealQuota,
    proxyFreshDays,
    stickyMinutes,
    timeZone: timeZone.nullable(),
    keepOriginalRecordings,
    supervisionTone,
    callbackPin: callbackPin.nullable(),
    recordsInternalCalls,
  }),
);

const extensionFields = z.strictObject({
  number: extensionNumber,
  name,
  maxDevices: z.int().min(1).max(20),
  /** Rung through the carrier. Written; read back with its last two digits alone. */
  mobile: e164.nullable(),
  /** Together with the softphones, or in their place once they have rung for `mobileDelayS` in vain. */
  mobileMode: z.enum(['with', 'after']),
  /** Seconds that the softphones ring before the mobile. */
  mobileDelayS: z.int().min(0).max(120),
  /** Whether it may dial telephone numbers, beside clients' codes. */
  dialsNumbers: z.boolean(),
  /** Which prompts the manager hears; null: those of the company's country. */
  language: z.enum(promptLanguages).nullable(),
});
export const extensionSchema = extensionFields
  .extend({ id, mobile: z.string().nullable() })
  .meta({ id: 'Extension' });
export const extensionNew = extensionFields.extend({
  maxDevices: extensionFields.shape.maxDevices.default(5),
  mobile: extensionFields.shape.mobile.default(null),
  mobileMode: extensionFields.shape.mobileMode.default('with'),
  mobileDelayS: extensionFields.shape.mobileDelayS.default(0),
  dialsNumbers: extensionFields.shape.dialsNumbers.default(false),
  language: extensionFields.shape.language.default(null),
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
  /** Of the pool that mobiles are shown in place of clients' numbers. */
  isProxy: z.boolean(),
  /** In place of the company's; null: as the company has it. */
  stickyMinutes: stickyMinutes.nullable(),
  /** When callers hear that the call is recorded, where it is; null: never. */
  announceRecording: z.enum(['before-ringing', 'at-answer']).nullable(),
});
export const companyNumberSchema = companyNumberFields.extend({ id }).meta({ id: 'CompanyNumber' });
export const companyNumberNew = companyNumberFields.extend({
  groupId: companyNumberFields.shape.groupId.default(null),
  greeting: companyNumberFields.shape.greeting.default(null),
  isProxy: companyNumberFields.shape.isProxy.default(false),
  stickyMinutes: companyNumberFields.shape.stickyMinutes.default(null),
  announceRecording: companyNumberFields.shape.announceRecording.default(null),
});
export const companyNumberChange = someOf(companyNumberFields);

const numberFormats = ['e164', 'digits', 'national'] as const;
const sipUri = z
  .string()
  .max(300)
  .regex(/^sips?:[a-zA-Z0-9.:[\]-]+(;[a-z]+=[a-z0-9]+)*$/, {
    message: 'is no SIP address of a server, as in sip:sbc.example.net:5060;transport=tcp',
  });

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
  /** How it wants the shown company number: +74950000100, 74950000100, or 84950000100. */
  callerIdFormat: z.enum(numberFormats),
  /** How it wants the number that is called. */
  dialFormat: z.enum(numberFormats),
  /** Calls out go there in place of the host. */
  outboundProxy: sipUri.nullable(),
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
  callerIdFormat: trunkFields.shape.callerIdFormat.default('e164'),
  dialFormat: trunkFields.shape.dialFormat.default('e164'),
  outboundProxy: trunkFields.shape.outboundProxy.default(null),
  enabled: z.boolean().default(true),
});
export const trunkChange = someOf(trunkFields);

/** Within a day of the company's time zone; null: no cap, 0: none at all. */
const dailyCap = z.int().min(0).max(1_000_000).nullable();
const diallingRulesFields = z.strictObject({
  /** Whose numbers may be called; at first the company's own country. */
  allowedCountries: z.array(countryCode).max(250),
  /** Beginnings of numbers that may be called beside those of the countries. */
  allowedPrefixes: z
    .array(
      z.string().regex(/^\+[0-9]{1,14}$/, { message: 'is no beginning of a number in E.164, as in +7495' }),
    )
    .max(1000),
  /** Dialled as they are, from every extension, before extensions and codes. */
  emergencyNumbers: z.array(z.string().regex(/^[0-9]{2,6}$/, { message: 'is not 2 to 6 digits' })).max(20),
  callsPerDay: dailyCap,
  minutesPerDay: dailyCap,
  extensionCallsPerDay: dailyCap,
  extensionMinutesPerDay: dailyCap,
  /** The company number that clients are shown who know none of the company; null: the company's first. */
  defaultNumberId: id.nullable(),
});
export const diallingRulesSchema = diallingRulesFields.meta({ id: 'DiallingRules' });
export const diallingRulesChange = someOf(diallingRulesFields);
export const diallingRulesSeed = diallingRulesFields.omit({ defaultNumberId: true }).partial();

export type Company = z.infer<typeof companySchema>;
export type CompanyChange = z.infer<typeof companyChange>;
export type Extension = z.infer<typeof extensionSchema>;
export type ExtensionNew = z.input<typeof extensionNew>;
export type ExtensionChange = z.infer<typeof extensionChange>;
export type ExtensionWithPassword = z.infer<typeof extensionWithPassword>;
export type RingGroup = z.infer<typeof groupSchema>;
export type RingGroupNew = z.input<typeof groupNew>;
export type RingGroupChange = z.infer<typeof groupChange>;
export type CompanyNumber = z.infer<typeof companyNumberSchema>;
export type CompanyNumberNew = z.input<typeof companyNumberNew>;
export type CompanyNumberChange = z.infer<typeof companyNumberChange>;
export type Trunk = z.infer<typeof trunkSchema>;
export type TrunkNew = z.input<typeof trunkNew>;
export type TrunkChange = z.infer<typeof trunkChange>;
export type DiallingRules = z.infer<typeof diallingRulesSchema>;
export type DiallingRulesChange = z.infer<typeof diallingRulesChange>;
