import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startDrachtioServer, type RunningDrachtioServer } from '../../src/embedded/drachtio-server/index.js';
import { startMediaServer } from '../../src/embedded/media-server/index.js';
import { env } from '../support/env.js';
import { freePort, freeUdpRange } from '../support/free-ports.js';
import { System } from '../support/system.js';

const MAIN = resolve(import.meta.dirname, '../../dist/doctor/main.js');

async function doctor(settings: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: env.path, HOME: env.home, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, text, lines: text.trim().split('\n') };
}

/** The line of what was looked at. */
const lineOf = (lines: readonly string[], mark: string, what: string): string | undefined =>
  lines.find((line) => line.startsWith(`${mark} ${what} `));

describe('the doctor', () => {
  let system: System | undefined;
  afterAll(() => system?.stop());

  it('finds a running Linekeeper well, calls it and hears sound both ways', async () => {
    system = await System.start({ settings: { MAX_CALLS_PER_MEDIA_SERVER: '50' } });
    const { code, lines, text } = await doctor(system.settings);
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([]);
    expect(code).toBe(0);
    expect(lineOf(lines, '✓', 'Linekeeper')).toMatch(/ready/);
    expect(lineOf(lines, '✓', 'HTTP_PORT')).toMatch(/Linekeeper runs here/);
    expect(lineOf(lines, '✓', 'DATABASE_URL')).toMatch(/PostgreSQL \d+/);
    expect(lineOf(lines, '✓', 'migrations')).toMatch(/all/);
    expect(lineOf(lines, '✓', 'ledger')).toMatch(/only add/);
    expect(lineOf(lines, '✓', 'self-test call')).toMatch(/both hear each other/);
    if (env.engine === 'external') {
      expect(lineOf(lines, '✓', 'DRACHTIO_URL')).toMatch(/drachtio-server v/);
      expect(lineOf(lines, '✓', 'SIP profile')).toMatch(/runs/);
      expect(lineOf(lines, '✓', 'codecs')).toMatch(/opus/);
      expect(lineOf(lines, '✓', 'recordings')).toMatch(/seen here/);
    }
    for (const [name, value] of Object.entries(system.settings)) {
      const secret = /_URL$/.test(name) ? new URL(value).password : name === 'ADMIN_PASSWORD' ? value : '';
      if (secret) expect(text).not.toContain(secret);
    }
    await system.endedCalls(1);
    await system.assertNothingLeft();
  }, 120_000);

  describe('where all is wrong', () => {
    const SECRETS = ['the right secret', 'the right password', 'a wrong secret', 'a wrong password'] as const;
    let folder: string;
    let drachtio: RunningDrachtioServer;
    let media: Awaited<ReturnType<typeof startMediaServer>>;
    let program: Server;
    let found: Awaited<ReturnType<typeof doctor>>;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'linekeeper-doctor-spec-'));
      writeFileSync(join(folder, 'a file'), '');
      const rtp = await freeUdpRange(20);
      drachtio = await startDrachtioServer({
        sip: { ip: '127.0.0.1', port: await freePort() },
        drachtio: { port: 0, secret: SECRETS[0] },
      });
      media = await startMediaServer({
        sipPort: 0,
        eslPort: 0,
        eslPassword: SECRETS[1],
        rtpIp: '127.0.0.1',
        rtpPorts: [rtp, rtp + 19],
        recordingsDir: folder,
        promptsDir: folder,
        rtpTimeoutS: 5,
      });
      const httpPort = await freePort();
      program = createServer().listen(httpPort, '127.0.0.1');
      found = await doctor({
        DATA_DIR: join(folder, 'not there yet'),
        RECORDINGS_DIR: join(folder, 'a file', 'recordings'),
        PROMPTS_DIR: folder,
        HTTP_PORT: String(httpPort),
        DRACHTIO_URL: `drachtio://:${encodeURIComponent(SECRETS[2])}@127.0.0.1:${drachtio.adminPort}`,
        FREESWITCH_URL: `esl://:${encodeURIComponent(SECRETS[3])}@127.0.0.1:${media.eslPort}`,
        DATABASE_URL: `postgres://someone:${encodeURIComponent(SECRETS[3])}@127.0.0.1:1/none`,
        REDIS_URL: 'redis://127.0.0.1:1',
      });
    }, 90_000);
    afterAll(async () => {
      program.close();
      await media?.stop();
      await drachtio?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('ends with 1', () => expect(found.code).toBe(1));

    it.each([
      ['a drachtio secret', 'DRACHTIO_URL', /refuses the secret/],
      ['an ESL password', 'FREESWITCH_URL', /refuses the ESL password/],
      ['a port that another program holds', 'HTTP_PORT', /in use by another program/],
      ['a folder that cannot be written', 'RECORDINGS_DIR', /choose another/],
      ['a folder without prompts', 'PROMPTS_DIR', /freeswitch\/prompts/],
      ['a database that is not there', 'DATABASE_URL', /cannot be reached/],
      ['a Redis that is not there', 'REDIS_URL', /cannot be reached/],
    ])('%s has its line, with what to do', (_, what, text) =>
      expect(lineOf(found.lines, '✗', what)).toMatch(text),
    );

    it('still tries a call, on a Linekeeper of its own', () =>
      expect(lineOf(found.lines, '✓', 'self-test call')).toMatch(/temporary .* both hear each other/));

    it('prints no secret, and makes no folder', () => {
      for (const secret of SECRETS) expect(found.text).not.toContain(secret);
      expect(existsSync(join(folder, 'not there yet'))).toBe(false);
    });
  });

  it('mistakes in the settings: a line each, and nothing else is looked at', async () => {
    const { code, lines } = await doctor({ HTTP_PORT: 'eighty', SEED: 'all' });
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith('✗ settings'))).toHaveLength(2);
  });
});
