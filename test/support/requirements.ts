import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { env } from './env.js';

/** Programs that tests drive, and the Debian package that brings each. */
const PACKAGES = {
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  'redis-server': 'redis-server',
  sox: 'sox',
  opusenc: 'opus-tools',
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

/** `describe` for tests that need a file system of their own, which only root may mount: elsewhere they are counted as skipped. */
export function describeMounting(title: string, tests: () => void): void {
  const { skip: counted } = describe;
  if (mayMount()) describe(title, tests);
  else counted(`${title} (without the right to mount)`, tests);
}

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
