// The product under measurement: started as people start it, on free ports, with an empty data folder.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlane } from '../../src/set-up.mjs';

const READY_MS = 60_000;

/** A TCP and UDP port that was free a moment ago. */
export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export class Product {
  constructor(settings, dataDir) {
    this.settings = settings;
    this.dataDir = dataDir;
  }

  /** @param more settings over the bench's own, for example DRACHTIO_URL */
  static async make(more = {}) {
    const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
    return new Product(
      {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        DATA_DIR: dataDir,
        HTTP_PORT: String(await freePort()),
        SIP_PORT: String(await freePort()),
        SIP_WS_PORT: String(await freePort()),
        RTP_PORTS: '30000-33999',
        ADMIN_PASSWORD: 'a long admin password',
        LOG_LEVEL: 'warn',
        // What is measured is the machine's limit, not the one that keeps a company's calls away from it.
        MAX_CALLS_PER_MEDIA_SERVER: '500',
        ...more,
      },
      dataDir,
    );
  }

  get sipPort() {
    return Number(this.settings.SIP_PORT);
  }

  get pid() {
    return this.child.pid;
  }

  /** @returns ms until /health/ready answers 200 */
  async start() {
    const begun = performance.now();
    this.child = spawn(process.execPath, controlPlane, {
      env: this.settings,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.ended = new Promise((done) => this.child.once('close', done));
    const ready = `http://127.0.0.1:${this.settings.HTTP_PORT}/health/ready`;
    while (performance.now() - begun < READY_MS) {
      if (this.child.exitCode !== null) throw new Error(`the product ended with ${this.child.exitCode}`);
      const up = await fetch(ready).then(
        (response) => response.ok,
        () => false,
      );
      if (up) return performance.now() - begun;
      await new Promise((resume) => setTimeout(resume, 20));
    }
    throw new Error('the product was not ready in time');
  }

  /** The text of /metrics. */
  metrics() {
    return fetch(`http://127.0.0.1:${this.settings.HTTP_PORT}/metrics`).then((response) => response.text());
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
