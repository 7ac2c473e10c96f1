import { checkClock, checkFree, checkNode, checkOpenFiles, checkPriority } from './machine.js';

const MiB = 1024 ** 2;
const NOW = Date.UTC(2026, 5, 1);

it.each([
  ['18.20.1', '✗'],
  ['20.18.3', '✗'],
  ['20.19.0', '✓'],
  ['24.1.0', '✓'],
])('Node %s is %s', (version, mark) => expect(checkNode(version).mark).toBe(mark));

it.each([
  [199 * MiB, '✗'],
  [200 * MiB, '!'],
  [2047 * MiB, '!'],
  [2048 * MiB, '✓'],
])('%d bytes free are %s', (bytes, mark) => expect(checkFree('disk', bytes).mark).toBe(mark));

it.each([
  [1000, 250, '✓'],
  [999, 250, '✗'],
  [Infinity, 250, '✓'],
  [undefined, 250, '!'],
])('%p open files for %d calls are %s', (limit, calls, mark) =>
  expect(checkOpenFiles(limit, calls).mark).toBe(mark),
);

it.each([
  ['steady', NOW, 0, '✓'],
  ['set forward while looking', NOW, 5_000, '!'],
  ['set back while looking', NOW, -5_000, '!'],
  ['of 1970', 60_000, 0, '✗'],
])('a clock that is %s', (_, now, step, mark) =>
  expect(checkClock(now, { wallMs: 1_000 + step, monotonicMs: 1_000 }).mark).toBe(mark),
);

it.each([
  [-10, '✓'],
  [-14, '✓'],
  [0, '!'],
  [19, '!'],
])('a niceness of %d is %s', (niceness, mark) => expect(checkPriority(niceness).mark).toBe(mark));
