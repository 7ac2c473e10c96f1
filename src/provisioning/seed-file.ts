import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError, messageOf } from '../common/app-error.js';
import { roles } from '../contracts/identity.js';
import {
  companyNumberNew,
  countryCode,
  diallingRulesSeed,
  extensionNew,
  groupNew,
  trunkNew,
} from '../contracts/provisioning.js';
import { recordingRuleNew } from '../contracts/recordings.js';

const seedSchema = z.strictObject({
  company: z.strictObject({
    name: z.string().min(1).max(80),
    country: countryCode,
    sipDomain: z.string().min(1).max(253).nullable().default(null),
    recordsInternalCalls: z.boolean().default(false),
  }),
  extensions: z.array(extensionNew.extend({ sipPassword: z.string().min(8).max(120) })).default([]),
  ringGroups: z
    .array(
      groupNew
        .omit({ memberIds: true, overflowGroupId: true })
        .extend({ members: z.array(z.string()).default([]), overflow: z.string().optional() }),
    )
    .default([]),
  companyNumbers: z
    .array(companyNumberNew.omit({ groupId: true }).extend({ group: z.string().optional() }))
    .default([]),
  trunks: z.array(trunkNew).default([]),
  /** Asked in their order. */
  recordingRules: z
    .array(
      recordingRuleNew
        .omit({ position: true, companyNumberId: true, extensionId: true })
        .extend({ companyNumber: z.string().optional(), extension: z.string().optional() }),
    )
    .default([]),
  diallingRules: diallingRulesSeed.optional(),
  people: z
    .array(
      z.strictObject({
        email: z.email({ message: 'is no e-mail address' }).toLowerCase(),
        password: z.string().min(12, { message: 'is too short: 12 characters or more' }).max(200),
        role: z.enum(roles),
        extension: z.string().optional(),
      }),
    )
    .default([]),
});

export type Seed = z.infer<typeof seedSchema>;

/** A seed that can't be set up: one line per mistake. */
export class SeedError extends AppError {
  constructor(readonly mistakes: string[]) {
    super('seed', mistakes.join('\n'));
  }
}

/** @throws SeedError with one line per mistake, each with the file's name and the place in it */
export function readSeed(path: string): Seed {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new SeedError([`${path}: ${messageOf(error).split('\n')[0] ?? 'cannot be read'}`]);
  }
  const parsed = seedSchema.safeParse(document);
  const mistakes = parsed.success
    ? danglingNames(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'} ${issue.message}`);
  if (!parsed.success || mistakes.length > 0) {
    throw new SeedError(mistakes.map((mistake) => `${path}: ${mistake}`));
  }
  return parsed.data;
}

function danglingNames(seed: Seed): string[] {
  const extensions = new Set(seed.extensions.map(({ number }) => number));
  const groups = new Set(seed.ringGroups.map(({ name }) => name));
  const numbers = new Set(seed.companyNumbers.map(({ number }) => number));
  const wanted = [
    ...seed.ringGroups.flatMap((group, at) => [
      ...group.members.map(
        (member, index) => [`ringGroups.${at}.members.${index}`, member, extensions] as const,
      ),
      [`ringGroups.${at}.overflow`, group.overflow, groups] as const,
    ]),
    ...seed.companyNumbers.map((row, at) => [`companyNumbers.${at}.group`, row.group, groups] as const),
    ...seed.recordingRules.flatMap((rule, at) => [
      [`recordingRules.${at}.companyNumber`, rule.companyNumber, numbers] as const,
      [`recordingRules.${at}.extension`, rule.extension, extensions] as const,
    ]),
    ...seed.people.map((person, at) => [`people.${at}.extension`, person.extension, extensions] as const),
  ];
  return [
    ...wanted.flatMap(([place, name, known]) =>
      name === undefined || known.has(name)
        ? []
        : [
            `${place} names ${name}, which is no ${known === groups ? 'ring group' : known === numbers ? 'company number' : 'extension'} of this file`,
          ],
    ),
    ...twice(
      'extensions',
      seed.extensions.map(({ number }) => number),
    ),
    ...twice(
      'ringGroups',
      seed.ringGroups.map(({ name }) => name),
    ),
    ...twice(
      'companyNumbers',
      seed.companyNumbers.map(({ number }) => number),
    ),
    ...twice(
      'trunks',
      seed.trunks.map(({ name }) => name),
    ),
    ...twice(
      'recordingRules',
      seed.recordingRules.map(({ name }) => name),
    ),
    ...twice(
      'people',
      seed.people.map(({ email }) => email),
    ),
  ];
}

const twice = (place: string, names: string[]): string[] =>
  names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${place} has ${name} twice`);
