// Load with SIPp: the carrier's callers on one side, a manager's phone on the other; on loopback, bounded.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { spreadOf } from './spread.mjs';

const SCENARIOS = join(import.meta.dirname, 'scenarios');
const md5 = (text) => createHash('md5').update(text).digest('hex');

/** A-law of a 440 Hz tone, 10 s, without a header: what the callers say. */
function toneFile(folder) {
  const path = join(folder, 'tone.al');
  const alaw = (sample) => {
    const sign = sample >= 0 ? 0x80 : 0;
    let magnitude = Math.min(32635, Math.abs(sample));
    let exponent = 7;
    for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent -= 1;
    const mantissa = exponent === 0 ? magnitude >> 4 : magnitude >> (exponent + 3);
    return ((sign | (exponent << 4) | (mantissa & 0x0f)) ^ 0x55) & 0xff;
  };
  const samples = Array.from({ length: 80_000 }, (_, n) =>
    alaw(Math.round(12_000 * Math.sin((2 * Math.PI * 440 * n) / 8000))),
  );
  writeFileSync(path, Buffer.from(samples));
  return path;
}

/** Registers extension 101 from `port`, so that calls to it go there (RFC 3261 §10, digest MD5). */
async function register(port, sipPort) {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  const callId = randomBytes(8).toString('hex');
  const send = async (cseq, authorization = '') => {
    const text = [
      `REGISTER sip:127.0.0.1:${sipPort} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${callId}${cseq};rport`,
      'Max-Forwards: 70',
      `From: <sip:101@127.0.0.1>;tag=${callId}`,
      'To: <sip:101@127.0.0.1>',
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} REGISTER`,
      `Contact: <sip:101@127.0.0.1:${port}>`,
      'Expires: 3600',
      ...(authorization ? [authorization] : []),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    socket.send(text, sipPort, '127.0.0.1');
    const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5000) });
    return answer.toString('utf8');
  };
  try {
    const challenge = await send(1);
    const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
    // The challenge of the MD5 kind is the last one that names a nonce.
    const nonce = [...challenge.matchAll(/nonce="([^"]+)"/g)].at(-1)?.[1];
    const uri = `sip:127.0.0.1:${sipPort}`;
    const response = md5(
      `${md5(`101:${realm}:secret101`)}:${nonce}:00000001:bench:auth:${md5(`REGISTER:${uri}`)}`,
    );
    const answer = await send(
      2,
      `Authorization: Digest username="101", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=MD5, qop=auth, nc=00000001, cnonce="bench", response="${response}"`,
    );
    if (!/^SIP\/2.0 200/.test(answer)) throw new Error(`registering 101 failed: ${answer.split('\r\n')[0]}`);
  } finally {
    socket.close();
  }
}

function sipp(args, cwd) {
  const child = spawn('sipp', [...args, '-nostdin'], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)));
  const ended = once(child, 'close').then(([code]) => ({ code, errors }));
  return { child, ended };
}

/** A manager's phone that answers every call at once; with `sipPort`, registered there as extension 101. */
export async function startPhone({ port, mediaPort, sipPort }) {
  if (sipPort) await register(port, sipPort);
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-phone-'));
  const { child, ended } = sipp(
    [
      '-sf',
      join(SCENARIOS, 'phone.xml'),
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-mi',
      '127.0.0.1',
      '-mp',
      String(mediaPort),
      '-rtp_echo',
    ],
    folder,
  );
  return {
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Calls at a steady rate.
 * @param load rate (calls/s), calls (how many), holdMs, sipPort, to (dialled number), port, mediaPort
 * @returns failed calls; ms from INVITE to 180 (pdd), from 180 to 200 (answer), from INVITE to 200 (setUp) as p50, p95, p99
 */
export async function placeCalls({ rate, calls, holdMs, sipPort, to, port, mediaPort }) {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-load-'));
  try {
    const tone = toneFile(folder);
    const scenario = join(folder, 'caller.xml');
    writeFileSync(scenario, readFileSync(join(SCENARIOS, 'caller.xml'), 'utf8').replace('[tone_file]', tone));
    const callers = join(folder, 'callers.csv');
    const numbers = Array.from({ length: 10_000 }, (_, n) => `+7916${1_000_000 + n * 37}`);
    writeFileSync(callers, `SEQUENTIAL\n${numbers.join('\n')}\n`);
    const limitS = Math.ceil(calls / rate + holdMs / 1000 + 40);
    const args = ['-sf', scenario, `127.0.0.1:${sipPort}`, '-s', to, '-i', '127.0.0.1', '-p', String(port)];
    args.push(
      '-mi',
      '127.0.0.1',
      '-mp',
      String(mediaPort),
      '-r',
      String(rate),
      '-m',
      String(calls),
      '-d',
      String(holdMs),
    );
    args.push(
      '-l',
      String(Math.ceil(rate * (holdMs / 1000 + 5)) + calls),
      '-recv_timeout',
      '10000',
      '-timeout',
      String(limitS),
    );
    args.push('-inf', callers, '-trace_rtt', '-rtt_freq', '1', '-trace_stat', '-fd', '1');
    const { child, ended } = sipp(args, folder);
    // On a full machine SIPp hangs now and then in its own end: what it counted stands.
    const limit = setTimeout(() => child.kill('SIGKILL'), (limitS + 15) * 1000);
    const { code, errors } = await ended;
    clearTimeout(limit);
    const files = readdirSync(folder);
    const rtt = files.find((name) => name.endsWith('_rtt.csv'));
    const rows = rtt
      ? readFileSync(join(folder, rtt), 'utf8')
          .trim()
          .split('\n')
          .slice(1)
          .map((row) => row.split(';'))
      : [];
    const times = (number) => rows.filter((row) => row[2] === number).map((row) => Number(row[1]));
    const statFile = files.find((name) => /\d+_\.csv$/.test(name));
    const [head, ...lines] = statFile
      ? readFileSync(join(folder, statFile), 'utf8').trim().split('\n')
      : [''];
    const column = head.split(';').indexOf('SuccessfulCall(C)');
    const failed = calls - Number(lines.at(-1)?.split(';')[column] ?? 0);
    // 1: calls failed, which the count says; null: it hung.
    if (code !== 0 && code !== 1 && code !== null) throw new Error(`SIPp could not run: ${errors.trim()}`);
    return {
      calls,
      failed,
      pdd: spreadOf(times('1')),
      answer: spreadOf(times('2')),
      setUp: spreadOf(times('3')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
