// What a fresh clone needs before anything of it can run: packages and a build. Plain Node: used by
// `npm run up` and `npm test` before there are any packages.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The top folder of the checkout. */
export const root = resolve(import.meta.dirname, '..');

/**
 * What Node is to run for a control plane. By itself V8 makes its heap small in a quiet minute, and collects the whole of it
 * every second or so when calls come again: that took half as much CPU again. So the heap keeps its size, and may double
 * before it is collected.
 */
export const controlPlane = [
  ...['--no-memory-reducer', '--min-semi-space-size=16', '--heap-growing-percent=100'],
  resolve(root, 'dist', 'main.js'),
];

/** Something the person at the keyboard can mend: printed as its one line, without a stack. */
export class SetUpError extends Error {}

/** One progress line with the time since the start. */
export function say(text) {
  process.stderr.write(`[${process.uptime().toFixed(1).padStart(6)} s] ${text}\n`);
}

/** @throws SetUpError where this Node is older than package.json's engines ask for */
export function demandNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '');
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new SetUpError(`Node ${process.versions.node} is too old: install Node ${wanted} or later`);
  }
}

/**
 * Runs a program to its end and keeps what it prints for the case that it fails.
 * @returns exit code and output
 */
export function run(program, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => done({ code: 127, output: error.message }));
    child.once('close', (code, signal) => done({ code: code ?? `signal ${signal}`, output }));
  });
}

async function demand(what, program, args, options) {
  say(what);
  const { code, output } = await run(program, args, options);
  if (code === 0) return;
  const reason = /ENOSPC|no space left/i.test(output) ? ' (the disk is full)' : '';
  // What went wrong stands first, and is followed by advice.
  throw new SetUpError(`${what} failed${reason}:\n${output.trim().split('\n').slice(0, 20).join('\n')}`);
}

/** Whether node_modules holds what package-lock.json says (npm keeps its own copy of the lock there). */
function packagesAreThere() {
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const installedLock = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = packagesOf(installedLock);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || optional || devOptional || peer || installed[path]?.version === version,
  );
}

export async function installPackages() {
  if (packagesAreThere()) return;
  await demand('installing packages (npm ci)', 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

/** Builds dist/ where a source is newer than the last build that went through. */
export async function build() {
  const stamp = join(root, 'dist', '.built');
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const sources = Math.max(
    newest(join(root, 'src')),
    ...files.map((file) => statSync(join(root, file)).mtimeMs),
  );
  if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= sources) return;
  await demand('building', 'npm', ['run', '--silent', 'build']);
  writeFileSync(stamp, String(sources));
}

/** Runs `task`; a SetUpError ends the process with its message alone and exit code 1. */
export async function atKeyboard(task) {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
