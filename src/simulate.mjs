#!/usr/bin/env node
// `npm run simulate`: a client and three managers play a set of calls, on the Linekeeper that runs here, or else
// on one of its own in a temporary folder that is gone afterwards.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  atKeyboard,
  build,
  controlPlane,
  demandNode,
  installPackages,
  root,
  say,
  SetUpError,
} from './set-up.mjs';

const settings = process.env;
const LISTEN_IP = settings.LISTEN_IP || '127.0.0.1';

async function isUp(port) {
  try {
    return (await fetch(`http://${LISTEN_IP}:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts a product of our own; its environment is that of whoever asked, less every outer server. */
async function startOwn(dataDir) {
  const [http, sip, ws] = [await freePort(), await freePort(), await freePort()];
  const own = {
    ...settings,
    ...Object.fromEntries(
      ['DATABASE_URL', 'REDIS_URL', 'DRACHTIO_URL', 'FREESWITCH_URL', 'RECORDINGS_DIR'].map((name) => [
        name,
        '',
      ]),
    ),
    DATA_DIR: dataDir,
    HTTP_PORT: String(http),
    SIP_PORT: String(sip),
    SIP_WS_PORT: String(ws),
    LISTEN_IP: '127.0.0.1',
    SEED: 'demo',
    ADMIN_PASSWORD: randomBytes(12).toString('hex'),
    LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, controlPlane, {
    env: own,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = new Promise((done) => child.once('close', done));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  const deadline = performance.now() + 60_000;
  while (!(await isUp(http))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new SetUpError(`Linekeeper did not start:\n${said.trim()}`);
    }
    await new Promise((next) => setTimeout(next, 200));
  }
  return { own, stop };
}

const play = (environment) =>
  new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'simulate', 'main.js')], {
      env: environment,
      stdio: 'inherit',
    });
    process.once('SIGINT', () => child.kill('SIGTERM')).once('SIGTERM', () => child.kill('SIGTERM'));
    child.once('close', (code) => done(code ?? 1));
  });

await atKeyboard(async () => {
  demandNode();
  await installPackages();
  await build();
  if (await isUp(settings.HTTP_PORT || 8080)) {
    process.exitCode = await play(settings);
    return;
  }
  say('Linekeeper does not run here: starting one in a temporary folder');
  const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-simulate-'));
  try {
    const { own, stop } = await startOwn(dataDir);
    try {
      process.exitCode = await play(own);
    } finally {
      await stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
