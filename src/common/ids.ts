import { createHash } from 'node:crypto';
import { stringify, v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562): unique, and ordered by the time it was made. */
export const newId = (): string => v7();

/** The same UUIDv8 (RFC 9562 §5.8) for the same text, wherever it is made. */
export function idOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return stringify(bytes);
}
