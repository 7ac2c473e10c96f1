// drachtio-server and FreeSWITCH beside the bench, where DRACHTIO_BIN and FREESWITCH_BIN name them. Loopback only.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../src/set-up.mjs';
import { freePort } from './product.mjs';

const READY_MS = 30_000;

export const realServersAreHere = () => Boolean(process.env.DRACHTIO_BIN && process.env.FREESWITCH_BIN);

/** Resolves when something listens on the port. */
async function listening(port) {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const open = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => done(true)).once('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`nothing listens on ${port}`);
}

function run(program, args, env) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const ended = new Promise((done) => child.once('close', done));
  return {
    pid: child.pid,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** @param priority its command-line flag: `-np` normal, undefined as it comes, which is real-time where it may */
async function freeSwitch(conf, folder, recordings, env, eslPort, priority) {
  const folders = ['log', 'db', 'run', 'temp', 'cache', 'certs', 'storage', 'sounds', 'scripts'];
  for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
  mkdirSync(recordings, { recursive: true });
  const args = ['-nc', '-nf', '-nonat', '-nosql', '-conf', conf, '-recordings', recordings];
  if (priority) args.push(priority);
  for (const name of folders) args.push(`-${name}`, join(folder, name));
  // At a niceness of 0, as in docker-compose.yml, whatever the bench's own is.
  const server = run('nice', ['-n', String(-getPriority()), process.env.FREESWITCH_BIN, ...args], env);
  await listening(eslPort);
  return server;
}

/** FreeSWITCH alone, with the dialplan of plain/. @param priority as freeSwitch() has it */
export async function startPlain(phonePort, priority) {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-plain-'));
  const [sipPort, eslPort] = [await freePort(), await freePort()];
  const env = {
    PLAIN_SIP_PORT: String(sipPort),
    PLAIN_ESL_PORT: String(eslPort),
    PLAIN_PHONE_PORT: String(phonePort),
    PLAIN_RECORDINGS: join(folder, 'recordings'),
  };
  const server = await freeSwitch(
    join(import.meta.dirname, 'plain'),
    folder,
    join(folder, 'recordings'),
    env,
    eslPort,
    priority,
  );
  return {
    sipPort,
    pids: [server.pid],
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Both servers with the project's own configuration, and the settings that point the product at them. */
export async function startReal() {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-real-'));
  const ports = {
    sip: await freePort(),
    ws: await freePort(),
    admin: await freePort(),
    leg: await freePort(),
    esl: await freePort(),
  };
  const secret = randomBytes(12).toString('hex');
  const recordings = join(folder, 'recordings');
  const media = await freeSwitch(
    join(root, 'freeswitch'),
    folder,
    recordings,
    {
      FREESWITCH_SIP_PORT: String(ports.leg),
      FREESWITCH_ESL_PORT: String(ports.esl),
      FREESWITCH_ESL_PASSWORD: secret,
      FREESWITCH_RTP_PORT_MIN: '40000',
      FREESWITCH_RTP_PORT_MAX: '44998',
    },
    ports.esl,
    '-np',
  );
  const args = ['-f', join(root, 'config/drachtio.conf.xml'), '-p', String(ports.admin)];
  args.push(
    '-c',
    `sip:127.0.0.1:${ports.sip};transport=udp,tcp`,
    '-c',
    `sip:127.0.0.1:${ports.ws};transport=ws`,
  );
  const sip = run(process.env.DRACHTIO_BIN, args, { DRACHTIO_SECRET: secret });
  await listening(ports.admin);
  return {
    settings: {
      SIP_PORT: String(ports.sip),
      SIP_WS_PORT: String(ports.ws),
      DRACHTIO_URL: `drachtio://:${secret}@127.0.0.1:${ports.admin}`,
      FREESWITCH_URL: `esl://:${secret}@127.0.0.1:${ports.esl}`,
      RECORDINGS_DIR: recordings,
    },
    pids: [sip.pid, media.pid],
    async stop() {
      await sip.stop();
      await media.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
