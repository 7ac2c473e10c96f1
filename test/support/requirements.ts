import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from './env.js';

/** Programs that tests drive, and the Debian package that brings each. */
const PACKAGES = {
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  'redis-server': 'redis-server',
  sox: 'sox',
  chromium: 'chromium',
} as const;

export type Program = keyof typeof PACKAGES;

const isThere = (program: Program): boolean =>
  env.path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/**
 * `describe` for tests that need programs of the machine: where one is missing they are counted as skipped,
 * or fail where LINEKEEPER_TEST_STRICT=1 demands every real client.
 */
export function describeWith(programs: readonly Program[], title: string, tests: () => void): void {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) {
    describe(title, tests);
  } else if (env.strict) {
    describe(title, () => {
      it(`needs ${missing.join(', ')}`, () => {
        throw new Error(`install the Debian packages ${missing.map((one) => PACKAGES[one]).join(' ')}`);
      });
    });
  } else {
    const { skip: counted } = describe;
    counted(`${title} (without ${missing.join(', ')})`, tests);
  }
}
