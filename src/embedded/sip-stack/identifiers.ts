import { randomBytes } from 'node:crypto';

let pool = randomBytes(4096).toString('hex');
let used = 0;

/** Hex digits that nobody can guess (RFC 3261 §19.3: at least 32 random bits). */
function random(digits: number): string {
  if (used + digits > pool.length) {
    pool = randomBytes(4096).toString('hex');
    used = 0;
  }
  used += digits;
  return pool.slice(used - digits, used);
}

/** RFC 3261 §8.1.1.7: what follows marks a branch as unique over space and time. */
export const MAGIC_COOKIE = 'z9hG4bK';

export const newBranch = (): string => `${MAGIC_COOKIE}${random(20)}`;
export const newTag = (): string => random(16);
export const newCallId = (): string => `${random(8)}-${random(4)}-${random(4)}-${random(4)}-${random(12)}`;
