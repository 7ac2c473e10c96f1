// What recording costs: the same calls in the same run, first none of them recorded, then all.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { signedIn } from './api.mjs';
import { between, usage } from './procfs.mjs';

const CALLS = 20;
const RATE = 10;
const STORED_MS = 120_000;

const cpuOf = (roles) => Object.values(roles).reduce((sum, { cpuS }) => sum + cpuS, 0);

/**
 * @param linekeeper running, with the demo company and a phone that answers
 * @param pids of it, and of the servers beside it
 * @param place makes calls: `{rate, calls, holdMs}`
 */
export async function benchRecording(linekeeper, pids, place, { quick }) {
  const { api } = await signedIn(linekeeper);
  const seconds = quick ? 5 : 20;
  const rampS = CALLS / RATE + 2;
  const { items } = await api('GET', '/recording-rules');
  const load = async (sharePercent) => {
    await api('PATCH', `/recording-rules/${items[0].id}`, { sharePercent });
    const begun = usage(...pids);
    const running = place({ rate: RATE, calls: CALLS, holdMs: (rampS + seconds + 2) * 1000 });
    await pause(rampS * 1000);
    const before = usage(...pids);
    await pause(seconds * 1000);
    const during = between(before, usage(...pids), seconds);
    const { failed } = await running;
    if (sharePercent > 0) await stored();
    return { failed, processes: during, cpuS: cpuOf(usage(...pids)) - cpuOf(begun) };
  };
  const stored = async () => {
    const deadline = performance.now() + STORED_MS;
    while (performance.now() < deadline) {
      const { items: open } = await api('GET', '/recordings?state=recording&limit=1');
      if (open.length === 0) return;
      await pause(200);
    }
    throw new Error('the recordings were not stored in time');
  };
  const none = await load(0);
  const all = await load(100);
  const { items: recordings } = await api('GET', `/recordings?state=stored&limit=${CALLS}`);
  const minutes = recordings.reduce((sum, { durationMs }) => sum + durationMs, 0) / 60_000;
  const sum = (of) => recordings.reduce((total, recording) => total + of(recording), 0);
  const folder = linekeeper.settings.RECORDINGS_DIR ?? join(linekeeper.dataDir, 'recordings');
  const onDisk = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .filter((found) => found.isFile())
    .reduce((total, { size }) => total + size, 0);
  return {
    calls: CALLS,
    none,
    all,
    recordings: recordings.length,
    kbPerMinute: Math.round(sum(({ sizeBytes }) => sizeBytes) / minutes / 1000),
    kbPerMinuteOnDisk: Math.round(onDisk / minutes / 1000),
    cpuMsPerMinute: Math.round(((all.cpuS - none.cpuS) * 1000) / minutes),
  };
}
