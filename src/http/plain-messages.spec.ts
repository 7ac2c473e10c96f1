import { z } from 'zod';
import { plainMessage } from './plain-messages.js';

const said = (schema: z.ZodType, input: unknown) =>
  schema.safeParse(input, { error: plainMessage }).error?.issues[0]?.message;

describe('where a schema says nothing of its own', () => {
  test.each([
    [z.string(), undefined, 'is missing'],
    [z.string(), 5, 'is no text'],
    [z.string().min(1), '', 'is empty'],
    [z.string().min(3), 'ab', 'is shorter than 3 characters'],
    [z.string().max(3), 'abcd', 'is longer than 3 characters'],
    [z.number(), 'x', 'is no number'],
    [z.int(), 1.5, 'is no whole number'],
    [z.int().min(1), 0, 'is less than 1'],
    [z.int().max(300), 301, 'is more than 300'],
    [z.boolean(), 1, 'is neither true nor false'],
    [z.enum(['udp', 'tcp']), 'x', 'is none of: udp, tcp'],
    [z.array(z.string()).max(1), ['a', 'b'], 'has more than 1 entries'],
    [z.uuid(), 'x', 'is no id'],
    [z.iso.datetime(), 'x', 'is no time as in 2026-05-03T10:00:00Z'],
    [z.strictObject({}), { x: 1 }, 'has fields that are not known here: x'],
  ])('%# an input is told what is wrong with it: %3$s', (schema, input, message) => {
    expect(said(schema, input)).toBe(message);
  });

  test('what a schema says itself is told as it stands', () => {
    expect(said(z.string().regex(/^\d+$/, { message: 'is no code' }), 'x')).toBe('is no code');
  });
});
