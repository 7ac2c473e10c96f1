import { getPriority } from 'node:os';
import { messageOf } from '../common/app-error.js';
import { readSettings, SettingsError, type Settings } from '../common/env.js';
import { configureLog } from '../common/log.js';
import { takePrecedence } from '../common/priority.js';
import { embeddedPostgresUrl } from '../embedded/postgres-url.js';
import { checkDatabase } from './database.js';
import { checkDrachtio } from './drachtio.js';
import { exitCodeOf, lineOf, note, well, wrong, type Finding } from './finding.js';
import { checkPrompts, checkWritable, nearest } from './folders.js';
import { checkFreeswitch } from './freeswitch.js';
import { findInstance, instanceFinding, type Instance } from './instance.js';
import {
  checkClock,
  checkDisk,
  checkNode,
  checkOpenFiles,
  checkPriority,
  openFilesLimit,
} from './machine.js';
import { checkPorts } from './ports.js';
import { checkRedis } from './redis.js';
import { selfTest } from './self-test.js';
import { onTemporaryInstance } from './temporary-instance.js';
import { checkTrunks } from './trunks.js';

const findings: Finding[] = [];

/** Tells of each as it is found. A look that fails is a finding too, and keeps no other from being taken. */
async function look(what: string, take: () => Promise<Finding[]> | Finding[]): Promise<void> {
  const found = await Promise.resolve()
    .then(take)
    .catch((error: unknown) => [wrong(what, messageOf(error))]);
  for (const finding of found) process.stdout.write(`${lineOf(finding)}\n`);
  findings.push(...found);
}

/** Everything, from the machine up to a call with sound. Changes nothing but for that call, which the ledger keeps. */
async function examine(): Promise<void> {
  const began = { wall: Date.now(), monotonic: performance.now() };
  await look('Node', () => [checkNode(process.versions.node)]);
  const settings = await settingsOf();
  if (!settings) return;
  await look('DATA_DIR', () => checkMachine(settings));
  const instance = await findInstance(webOf(settings));
  await look('Linekeeper', () => [instanceFinding(instance)]);
  await look('ports', () => checkPorts(settings, instance !== undefined));
  await look('DATABASE_URL', () => checkData(settings, instance));
  await look('REDIS_URL', () =>
    settings.REDIS_URL ? checkRedis(settings.REDIS_URL) : [well('REDIS_URL', 'not set: jobs run in process')],
  );
  await look('DRACHTIO_URL', () =>
    settings.DRACHTIO_URL
      ? checkDrachtio(settings.DRACHTIO_URL)
      : [well('DRACHTIO_URL', 'not set: embedded')],
  );
  for (const url of settings.FREESWITCH_URL?.split(',') ?? []) {
    await look('FREESWITCH_URL', () => checkFreeswitch(url.trim(), settings.RECORDINGS_DIR));
  }
  if (!settings.FREESWITCH_URL)
    await look('FREESWITCH_URL', () => [well('FREESWITCH_URL', 'not set: embedded')]);
  await look('self-test call', async () => [await callOn(settings, instance)]);
  await look('clock', () => [
    checkClock(Date.now(), {
      wallMs: Date.now() - began.wall,
      monotonicMs: performance.now() - began.monotonic,
    }),
  ]);
}

async function settingsOf(): Promise<Settings | undefined> {
  try {
    const settings = readSettings(undefined, { makeFolders: false });
    await look('settings', () => [well('settings', 'as they should be')]);
    return settings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    await look('settings', () => [
      ...error.mistakes.map((mistake) => wrong('settings', mistake)),
      note('settings', 'mend them first: nothing else was looked at'),
    ]);
    return undefined;
  }
}

const webOf = ({ LISTEN_IP, HTTP_PORT }: Settings) => `http://${reachable(LISTEN_IP)}:${HTTP_PORT}`;
const reachable = (ip: string) => (ip === '0.0.0.0' ? '127.0.0.1' : ip.includes(':') ? `[${ip}]` : ip);

async function checkMachine(settings: Settings): Promise<Finding[]> {
  const { DATA_DIR, RECORDINGS_DIR } = settings;
  return [
    checkWritable('DATA_DIR', DATA_DIR),
    await checkDisk('disk', nearest(DATA_DIR)),
    checkWritable('RECORDINGS_DIR', RECORDINGS_DIR),
    ...(RECORDINGS_DIR.startsWith(DATA_DIR)
      ? []
      : [await checkDisk('recordings disk', nearest(RECORDINGS_DIR))]),
    checkPrompts(settings.PROMPTS_DIR),
    checkOpenFiles(openFilesLimit(), settings.MAX_CALLS_PER_MEDIA_SERVER),
    checkPriority(getPriority()),
  ];
}

async function checkData(settings: Settings, instance: Instance | undefined): Promise<Finding[]> {
  const trunks: Parameters<typeof checkDatabase>[2] = (query) => checkTrunks(query, settings);
  if (settings.DATABASE_URL) return checkDatabase('DATABASE_URL', settings.DATABASE_URL, trunks);
  const url = instance && embeddedPostgresUrl(settings.DATA_DIR);
  if (!url) return [well('DATABASE_URL', 'not set: embedded')];
  return checkDatabase('embedded database', url, trunks);
}

async function callOn(settings: Settings, instance: Instance | undefined): Promise<Finding> {
  if (instance?.ready && settings.SEED === 'demo') {
    return selfTest(
      { ip: reachable(settings.LISTEN_IP), port: settings.SIP_PORT },
      'on the Linekeeper that runs',
    );
  }
  return onTemporaryInstance((server) => selfTest(server, 'on a temporary Linekeeper, embedded engine'));
}

configureLog('silent');
takePrecedence(); // as the product does, whose temporary one makes the call
await examine();
process.stdout.write(
  exitCodeOf(findings) === 0
    ? 'All is well.\n'
    : `${findings.filter(({ mark }) => mark === '✗').length} to mend.\n`,
);
process.exit(exitCodeOf(findings));
