import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../common/env.js';
import { findInstance } from './instance.js';

const READY_WITHIN_MS = 60_000;
const LOOPBACK = '127.0.0.1';
const OUTER = [
  'DATABASE_URL',
  'REDIS_URL',
  'DRACHTIO_URL',
  'FREESWITCH_URL',
  'RECORDINGS_DIR',
  'DATA_KEY',
  'TLS_CERT',
  'TLS_KEY',
];

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, LOOPBACK, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

/**
 * Runs `use` on a Linekeeper of its own: embedded boxes, the demo company, a folder that is gone afterwards.
 * @throws with the last line it said, where it does not start
 */
export async function onTemporaryInstance<T>(
  use: (server: { ip: string; port: number }) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-doctor-'));
  const [http, sip, ws] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(process.execPath, [fileURLToPath(new URL('../main.js', import.meta.url))], {
    env: childEnvironment({
      ...Object.fromEntries(OUTER.map((name) => [name, ''])),
      DATA_DIR: dataDir,
      HTTP_PORT: String(http),
      SIP_PORT: String(sip),
      SIP_WS_PORT: String(ws),
      LISTEN_IP: LOOPBACK,
      SEED: 'demo',
      ADMIN_PASSWORD: randomBytes(12).toString('hex'),
      LOG_LEVEL: 'warn',
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  try {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await findInstance(`http://${LOOPBACK}:${http}`))?.ready) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(lastLine(said) ?? 'no answer');
      await pause(200);
    }
    return await use({ ip: LOOPBACK, port: sip });
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1) || undefined;
