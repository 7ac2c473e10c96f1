import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { env } from '../support/env.js';
import { Office, TONES } from '../support/office.js';
import { System, type SystemOptions } from '../support/system.js';
import { isAlive } from '../support/processes.js';
import { until } from '../support/until.js';

/** Starts the product where it can not: its exit code and the lines it leaves on the terminal. */
async function failedStart(
  options: SystemOptions,
  prepare?: (system: System) => Promise<() => Promise<void>>,
) {
  const system = await System.prepare(options);
  const undo = await prepare?.(system);
  try {
    await system.spawn();
    const code = await system.ended(60_000);
    const lines = system.output
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s*(\{|ready:)/.test(line));
    return { code, lines };
  } finally {
    await undo?.();
    await system.stop();
  }
}

describe('settings', () => {
  it.each([
    ['HTTP_PORT', 'eighty'],
    ['SIP_PORT', '70000'],
    ['LISTEN_IP', 'localhost'],
    ['ADMIN_EMAIL', 'admin'],
    ['ADMIN_PASSWORD', 'short'],
    ['SEED', 'example'],
    ['DATABASE_URL', 'mysql://localhost'],
    ['REDIS_URL', '127.0.0.1:6379'],
    ['DRACHTIO_URL', 'sip://x'],
    ['FREESWITCH_URL', 'http://x'],
  ])('%s=%s: one line that names it, and exit code 2', async (name, value) => {
    const { code, lines } = await failedStart({ embeddedDatabase: true, settings: { [name]: value } });
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} `));
  });

  it('three mistakes: three lines', async () => {
    const settings = { HTTP_PORT: '0', SEED: 'all', LISTEN_IP: 'here' };
    const { code, lines } = await failedStart({ embeddedDatabase: true, settings });
    expect(code).toBe(2);
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['HTTP_PORT', 'LISTEN_IP', 'SEED']);
  });

  it('demo passwords where others could reach them: refused in one line', async () => {
    const { code, lines } = await failedStart({ settings: { LISTEN_IP: '0.0.0.0', SEED: 'demo' } });
    expect(code).not.toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/SEED|demo/);
  });
});

describe('what keeps it from starting is said in one line', () => {
  const occupy = (port: number) =>
    new Promise<() => Promise<void>>((done) => {
      const server = createServer().listen(port, '127.0.0.1', () =>
        done(() => new Promise((closed) => server.close(() => closed()))),
      );
    });

  // A drachtio-server of its own opens the SIP port by itself, and says so by itself.
  const ports = env.engine === 'embedded' ? (['HTTP_PORT', 'SIP_PORT'] as const) : (['HTTP_PORT'] as const);
  it.each(ports)(
    '%s in use',
    async (name) => {
      const { code, lines } = await failedStart({}, (system) => occupy(Number(system.settings[name])));
      expect(code).toBe(1);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`${name}.* in use`));
    },
    60_000,
  );

  it('DATA_DIR that is a file', async () => {
    const { code, lines } = await failedStart({}, async (system) => {
      rmSync(system.dataDir, { recursive: true });
      writeFileSync(system.dataDir, '');
      return async () => {
        rmSync(system.dataDir);
        mkdirSync(system.dataDir);
      };
    });
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^DATA_DIR /);
  });

  it('a PostgreSQL that is not there', async () => {
    const settings = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const { code, lines } = await failedStart({ settings });
    expect(code).toBe(1);
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines.at(-1)).toMatch(/PostgreSQL|database/i);
    expect(lines.at(-1)).toMatch(/DATABASE_URL/);
  }, 90_000);
});

describe('the embedded default', () => {
  it('starts with nothing but a data folder, keeps all over a second start, and ends its children', async () => {
    const office = await Office.open({ embeddedDatabase: true });
    const { system } = office;
    expect(system.output).toMatch(new RegExp(`http://127.0.0.1:${system.httpPort}`));
    expect(system.output).toMatch(new RegExp(`127.0.0.1:${system.sipPort}`));
    const desk = await office.manager('101');
    const call = await office.call('+79161234581');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await caller.audio.listen(300);
    await caller.hangUp();
    await manager.ended;
    const [first] = await system.endedCalls(1);
    await system.assertNothingLeft();
    for (const name of readdirSync(system.dataDir)) {
      if (/key|secret|password/.test(name)) expect(statSync(join(system.dataDir, name)).mode & 0o077).toBe(0);
    }
    const started = performance.now();
    await system.restart();
    expect(performance.now() - started).toBeLessThan(20_000);
    expect((await system.calls()).map(({ id }) => id)).toEqual([first!.id]);
    // The registration is kept too: the phone rings without registering again.
    const again = await office.call('+79161234581');
    await desk.incoming();
    await again.ringing;
    again.cancel();
    await system.endedCalls(2);
    const children = system.children();
    expect([await system.terminate(), system.output.slice(-1500)]).toEqual([0, expect.anything()]);
    await until('no child is left', () => !children.some(isAlive));
    await office?.close();
  }, 120_000);

  it('without ADMIN_PASSWORD one is made up, printed once, and works', async () => {
    const system = await System.start({ settings: { ADMIN_PASSWORD: '' } });
    const password = /^\s*(?:password|sign-in)\s.*?(\S{12,})\s*$/m.exec(system.output)?.[1] ?? '';
    await expect(system.signIn('again', 'admin@example.com', password)).resolves.toBeTruthy();
    const printed = system.output.split(password).length - 1;
    await system.restart();
    expect(system.output.split(password).length - 1).toBe(printed);
    await system.stop();
  }, 90_000);
});
