import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PCMA } from '../../src/embedded/media-server/g711.js';
import { freePort, freeUdpRange } from './free-ports.js';

const SCENARIOS = resolve(import.meta.dirname, '../real-clients/scenarios');
const TONE_SECONDS = 30;

export interface SippOptions {
  /** Where the exchange listens. */
  port: number;
  /** Where SIPp listens itself; left out, a free port. */
  listen?: number;
  /** The number dialled, where it calls. */
  dial?: string;
  /** User part of From, where it calls. */
  caller?: string;
  calls?: number;
  /** New calls a second. */
  rate?: number;
  transport?: 'udp' | 'tcp';
  /** Hz of the A-law tone that answered calls send. */
  toneHz?: number;
  /** ms a conversation lasts, where the scenario pauses. */
  talkMs?: number;
  /** Seconds after which SIPp gives up. */
  limitS?: number;
}

export interface SippResult {
  /** 0: every call went as the scenario says. */
  code: number;
  /** SIPp's own count. */
  successful: number;
  failed: number;
  /** What went wrong, in SIPp's words. */
  errors: string;
}

/** Runs a scenario (a file of test/real-clients/scenarios) to its end, bounded in time. */
export async function sipp(scenario: string, options: SippOptions): Promise<SippResult> {
  const {
    port,
    dial = '',
    caller = '',
    calls = 1,
    rate = 10,
    transport = 'udp',
    toneHz = 440,
    talkMs = 2000,
  } = options;
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-sipp-'));
  try {
    writeFileSync(join(folder, 'tone.al'), aLawTone(toneHz));
    const limitS = options.limitS ?? 20;
    const child = spawn(
      'sipp',
      [
        `127.0.0.1:${port}`,
        ...['-sf', join(SCENARIOS, `${scenario}.xml`), '-s', dial, '-key', 'caller', caller],
        ...[
          '-i',
          '127.0.0.1',
          '-p',
          String(options.listen ?? (await freePort())),
          '-mi',
          '127.0.0.1',
          '-mp',
          String(await freeUdpRange(4)),
        ],
        ...['-m', String(calls), '-r', String(rate), '-l', String(calls), '-d', String(talkMs)],
        ...['-t', transport === 'tcp' ? 't1' : 'u1', '-nostdin', '-trace_err', '-trace_stat', '-fd', '1'],
        ...['-timeout', String(limitS), '-timeout_error', '-recv_timeout', String(limitS * 1000)],
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: code ?? -1, ...countsIn(folder), errors: errorsIn(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Headerless A-law, as rtp_stream wants it. */
function aLawTone(hertz: number): Buffer {
  const step = (2 * Math.PI * hertz) / 8000;
  return Buffer.from(
    Uint8Array.from(
      { length: TONE_SECONDS * 8000 },
      (_, i) => PCMA.fromLinear[Math.round(16384 * Math.sin(i * step)) & 0xffff]!,
    ),
  );
}

const filesIn = (folder: string, pattern: RegExp): string[] =>
  readdirSync(folder).filter((name) => pattern.test(name));

function countsIn(folder: string): { successful: number; failed: number } {
  const [file] = filesIn(folder, /\.csv$/);
  const rows = file ? readFileSync(join(folder, file), 'utf8').trim().split('\n') : [];
  const names = rows[0]?.split(';') ?? [];
  const last = rows.at(-1)?.split(';') ?? [];
  const value = (name: string) => Number(last[names.indexOf(name)] ?? 0);
  return { successful: value('SuccessfulCall(C)'), failed: value('FailedCall(C)') };
}

const errorsIn = (folder: string): string =>
  filesIn(folder, /_errors\.log$/)
    .map((name) => readFileSync(join(folder, name), 'utf8').slice(0, 3000))
    .join('\n');
