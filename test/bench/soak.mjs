// A soak: a steady load for a long time, while memory, files, sockets and timers are read again and again. What grows
// under a load that does not is a leak.
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { familyOf, usage } from './procfs.mjs';

const EVERY_MS = 5_000;
/** Caches, pools and the heap fill first: the first fifth is no measure. */
const WARM_SHARE = 0.2;
/** What may come and go: this share, and this much besides, by unit. */
const MARGINS = { MB: [0.1, 16], files: [0.1, 12], sockets: [0.1, 12], timers: [0.1, 20] };
const SETTLE_MS = 60_000;
const GAUGES = ['live_calls', 'live_legs', 'sip_dialogs', 'sip_pending_invites', 'ledger_spool_depth'];

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Open files and sockets of processes. */
function openOf(pids) {
  let files = 0;
  let sockets = 0;
  for (const pid of pids) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
        if (target.startsWith('socket:')) sockets += 1;
        else files += 1;
      }
    } catch {
      // it ended, or a file was closed meanwhile
    }
  }
  return { files, sockets };
}

const gauge = (text, name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);

/** One reading, by what it is of: `control plane MB`, `files`, `sockets`, `timers`. */
async function reading(linekeeper, pids) {
  const metrics = await linekeeper.metrics();
  const memory = Object.entries(usage(...pids)).map(([role, { mb }]) => [`${role} MB`, mb]);
  return {
    at: performance.now(),
    calls: gauge(metrics, 'linekeeper_live_calls'),
    values: {
      ...Object.fromEntries(memory),
      'heap MB': gauge(metrics, 'nodejs_heap_size_used_bytes') / 2 ** 20,
      timers: gauge(metrics, 'nodejs_active_resources\\{type="Timeout"\\}'),
      ...openOf(pids.flatMap(familyOf)),
    },
  };
}

/** @returns for each thing read: its median early and late under the load, and whether it grew past its margin */
function growth(readings) {
  const steady = readings.slice(Math.ceil(readings.length * WARM_SHARE));
  const third = Math.max(1, Math.floor(steady.length / 3));
  const names = [...new Set(steady.flatMap(({ values }) => Object.keys(values)))];
  return names.map((name) => {
    const of = (part) => median(part.map(({ values }) => values[name] ?? 0));
    const [early, late] = [of(steady.slice(0, third)), of(steady.slice(-third))];
    const [share, besides] = MARGINS[name.split(' ').at(-1)];
    return { name, early, late, grew: late > early * (1 + share) + besides };
  });
}

/** What of any call is left when the load is over. */
async function leftovers(linekeeper) {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const metrics = await linekeeper.metrics();
    const left = GAUGES.map((name) => [name, gauge(metrics, `linekeeper_${name}`)]).filter(([, n]) => n > 0);
    if (left.length === 0 || performance.now() > deadline) return left.map(([name, n]) => `${name} is ${n}`);
    await pause(500);
  }
}

/**
 * @param load resolves when it is over, with the number of calls and of failed ones
 * @param pids roots of the processes to watch
 */
export async function soak({ linekeeper, pids, load }) {
  const readings = [];
  let over = false;
  const running = load().finally(() => (over = true));
  while (!over) {
    await Promise.race([pause(EVERY_MS), running]);
    if (!over) readings.push(await reading(linekeeper, pids).catch(() => undefined));
  }
  const result = await running;
  const left = await leftovers(linekeeper);
  return { ...result, readings: readings.length, growth: growth(readings.filter(Boolean)), left };
}

/** For a person. */
export function soakTable({ calls, failed, readings, growth: things, left }) {
  const number = (value) => `${Math.round(value)}`;
  return [
    `${calls} calls, ${failed} failed, ${readings} readings; medians of an early and the last third of the steady load`,
    '',
    '| what | early | late | |',
    '| --- | --- | --- | --- |',
    ...things.map(
      ({ name, early, late, grew }) =>
        `| ${name} | ${number(early)} | ${number(late)} | ${grew ? 'GREW' : 'steady'} |`,
    ),
    '',
    left.length === 0 ? 'nothing of any call is left' : `left behind: ${left.join(', ')}`,
  ];
}

export const isSound = ({ failed, growth: things, left }) =>
  failed === 0 && left.length === 0 && things.every(({ grew }) => !grew);
