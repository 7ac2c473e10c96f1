#!/usr/bin/env node
// `npm test [-- kind… | path…] [-t name]`: sets up what the tests need, runs them stage by stage, counts.
// Exit code 0 only where tests ran and none failed. The last line is the count alone.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { atKeyboard, build, demandNode, installPackages, root, run, say } from '../src/set-up.mjs';

/** In their order; workers: how many spec files at once; minutes: after which the stage is stopped. */
const STAGES = [
  { kinds: ['unit'], workers: 2, minutes: 5 },
  { kinds: ['contract', 'torture', 'integration'], workers: 3, minutes: 10 },
  { kinds: ['web', 'e2e', 'real-clients'], workers: 3, minutes: 16 }, // they wait for phones and prompts, mostly
];
const KINDS = STAGES.flatMap(({ kinds }) => kinds);

/** Programs the tests drive, and the Debian package that brings each. */
const PROGRAMS = [
  { program: 'sipp', pkg: 'sip-tester' },
  { program: 'baresip', pkg: 'baresip-core' },
  { program: 'redis-server', pkg: 'redis-server' },
  { program: 'sox', pkg: 'sox' },
  { program: 'opusenc', pkg: 'opus-tools' },
  { program: 'chromium', pkg: 'chromium' },
];

const strict = process.env.LINEKEEPER_TEST_STRICT === '1';

const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

async function installPrograms() {
  const missing = () => PROGRAMS.filter(({ program }) => !onPath(program));
  if (missing().length === 0) return;
  const debianRoot = process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get');
  if (debianRoot) {
    const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    say('updating the list of Debian packages');
    await run('apt-get', ['update', '-qq'], environment);
    for (const { pkg } of missing()) {
      say(`installing the Debian package ${pkg}`);
      const install = ['install', '-y', '-qq', '--no-install-recommends', pkg];
      const { code, output } = await run('apt-get', install, environment);
      if (code !== 0) say(`${pkg} could not be installed: ${output.trim().split('\n').at(-1)}`);
    }
  }
  const still = missing();
  if (still.length === 0) return;
  const packages = still.map(({ pkg }) => pkg).join(' ');
  say(`missing: ${still.map(({ program }) => program).join(', ')}; on Debian: apt-get install ${packages}`);
  say(strict ? 'tests that need them will fail' : 'tests that need them are skipped and counted');
}

/** Runs jest to its end, or to its limit; progress goes straight to the terminal. */
function jest(args, report, minutes) {
  return new Promise((done) => {
    const child = spawn(
      'npm',
      ['run', '--silent', 'jest', '--', ...args, '--json', `--outputFile=${report}`],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        detached: true, // its own process group: a limit ends its workers too
      },
    );
    let why;
    const end = (reason) => {
      why ??= reason;
      process.kill(-child.pid, 'SIGKILL');
    };
    const limit = setTimeout(() => end(`took longer than ${minutes} minutes`), minutes * 60_000);
    // The report is written when the last test is through: jest that lives on has been left something open.
    let reportSeen = 0;
    const watch = setInterval(() => {
      if (existsSync(report)) reportSeen += 1;
      if (reportSeen > 20) end('did not end by itself: a test left something open');
    }, 1000);
    const interrupt = () => {
      process.kill(-child.pid, 'SIGTERM');
      process.exit(130);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    child.once('close', () => {
      clearTimeout(limit);
      clearInterval(watch);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      done(why);
    });
  });
}

/** @returns the counts of one stage, and the names of what failed */
function read(report, stage, why, byName) {
  const counts = { passed: 0, failed: [], skipped: 0, unsteady: [] };
  if (why) counts.failed.push(`${stage}: ${why}`);
  if (!existsSync(report)) {
    if (!why) counts.failed.push(`${stage}: jest stopped before its report`);
    return counts;
  }
  for (const suite of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const file = relative(root, suite.name);
    if (suite.assertionResults.length === 0 && suite.status === 'failed') {
      counts.failed.push(`${file} could not be run`);
    }
    for (const { status, fullName, invocations = 1 } of suite.assertionResults) {
      if (status === 'passed' && invocations > 1) counts.unsteady.push(`${file}: ${fullName}`);
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed.push(`${file}: ${fullName}`);
      else if (!byName) counts.skipped += 1; // with -t, what the name leaves out is not skipped but not asked for
    }
  }
  return counts;
}

async function main() {
  demandNode();
  const given = process.argv.slice(2);
  const wanted = KINDS.filter((kind) => given.includes(kind));
  const rest = given.filter((argument) => !KINDS.includes(argument));
  const byName = rest.some((argument) => /^(-t|--testNamePattern)/.test(argument));

  await installPackages();
  await build();
  await installPrograms();

  const total = { passed: 0, failed: [], skipped: 0, unsteady: [] };
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-test-'));
  try {
    for (const stage of STAGES) {
      const kinds = stage.kinds.filter((kind) => wanted.length === 0 || wanted.includes(kind));
      if (kinds.length === 0) continue;
      const name = kinds.join(', ');
      say(`${name} tests`);
      const report = join(folder, `${kinds[0]}.json`);
      const options = ['--selectProjects', ...kinds, '--passWithNoTests', `--maxWorkers=${stage.workers}`];
      const why = await jest([...rest, ...options], report, stage.minutes);
      const counts = read(report, name, why, byName);
      total.passed += counts.passed;
      total.skipped += counts.skipped;
      total.failed.push(...counts.failed);
      total.unsteady.push(...counts.unsteady);
      say(`${name}: ${line(counts)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  list('Passed at the second try', total.unsteady);
  list('Failed', total.failed);
  process.exitCode = total.failed.length > 0 || total.passed === 0 ? 1 : 0;
  process.stdout.write(`${line(total)}\n`);
}

function list(title, names) {
  if (names.length > 0) process.stderr.write(`\n${title}:\n${names.map((name) => `  ${name}\n`).join('')}\n`);
}

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

await atKeyboard(main);
