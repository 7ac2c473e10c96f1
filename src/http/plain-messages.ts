import { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const TYPES: Record<string, string> = {
  string: 'is no text',
  number: 'is no number',
  int: 'is no whole number',
  boolean: 'is neither true nor false',
  array: 'is no list',
  object: 'is no object',
};
const FORMATS: Record<string, string> = {
  uuid: 'is no id',
  datetime: 'is no time as in 2026-05-03T10:00:00Z',
};
/** What is too small or too big, by what it is. */
const TOO_SMALL: Record<string, (least: string) => string> = {
  string: (least) => (least === '1' ? 'is empty' : `is shorter than ${least} characters`),
  array: (least) => `has fewer than ${least} entries`,
};
const TOO_BIG: Record<string, (most: string) => string> = {
  string: (most) => `is longer than ${most} characters`,
  array: (most) => `has more than ${most} entries`,
};

/** What a value that is not of its type is told, and one that is wrong in another way. */
const MESSAGES: { [Code in Issue['code']]?: (issue: Extract<Issue, { code: Code }>) => string | undefined } =
  {
    invalid_type: ({ input, expected }) => (input === undefined ? 'is missing' : TYPES[expected]),
    invalid_value: ({ values }) => `is none of: ${values.map(String).join(', ')}`,
    invalid_format: ({ format }) => FORMATS[format],
    too_small: ({ origin, minimum }) => TOO_SMALL[origin]?.(String(minimum)) ?? `is less than ${minimum}`,
    too_big: ({ origin, maximum }) => TOO_BIG[origin]?.(String(maximum)) ?? `is more than ${maximum}`,
    unrecognized_keys: ({ keys }) => `has fields that are not known here: ${keys.join(', ')}`,
  };

/** @returns what stands in place of zod's own words where a schema has none; undefined leaves them */
export const plainMessage = (issue: Issue): string | undefined =>
  (MESSAGES[issue.code] as ((issue: Issue) => string | undefined) | undefined)?.(issue);
