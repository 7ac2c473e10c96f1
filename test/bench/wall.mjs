// The live wall in Chromium: the product's own page, fed by a `/live` of the bench with many calls and updates.
import { existsSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { delimiter, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';

const CALLS = 200;
const UPDATES_PER_SECOND = 30;
const MANAGERS = 60;
const STATES = ['ringing', 'talking', 'held'];
const FOLDER = process.env.PATH.split(delimiter).find((one) => existsSync(join(one, 'chromium')));

export const chromiumIsHere = () => FOLDER !== undefined;

const idOf = (number) => `01980000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const manager = (number) => ({
  number: String(100 + (number % MANAGERS)),
  name: `Manager ${number % MANAGERS}`,
});

function call(number, state = STATES[number % STATES.length]) {
  const at = new Date(Date.now() - (number % 300) * 1000).toISOString();
  return {
    id: idOf(number),
    shortNumber: number,
    direction: number % 4 ? 'inbound' : 'outbound',
    state,
    companyNumber: '+74950000100',
    callerKind: 'number',
    client: { id: idOf(number), code: String(10_000 + number), name: number % 3 ? `Client ${number}` : null },
    startedAt: at,
    answeredAt: state === 'ringing' ? null : at,
    ringing: state === 'ringing' ? [manager(number), manager(number + 1)] : [],
    manager: state === 'ringing' ? null : manager(number),
    heldBy: state === 'held' ? 'client' : null,
    recording: state === 'ringing' ? null : number % 10 ? 'runs' : 'paused',
    supervisors: number % 20 ? [] : [{ extension: manager(number + 7), mode: 'listen' }],
  };
}

const extension = (number, state) => ({
  id: idOf(number),
  ...manager(number),
  devices: 1,
  state,
  presence: number % 9 ? 'here' : 'away',
  backAt: null,
  followers: [],
});

/** The product behind it, but `/live` is the bench's own: a snapshot, then updates one after another. */
async function serve(productPort) {
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: productPort, method, path: url, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  const sockets = new WebSocketServer({ noServer: true });
  let sent = 0;
  let oldest = 0;
  const timers = new Set();
  server.on('upgrade', (incoming, socket, head) => {
    if (!incoming.url.startsWith('/live')) return socket.destroy();
    sockets.handleUpgrade(incoming, socket, head, (open) => {
      const send = (event) => open.send(JSON.stringify({ at: `bench:${++sent}`, ...event }));
      send({
        type: 'snapshot',
        calls: Array.from({ length: CALLS }, (_, at) => call(oldest + at)),
        extensions: Array.from({ length: MANAGERS }, (_, at) => extension(at, 'free')),
      });
      // Of ten updates one call ends and another begins, two are managers', the rest are calls that change.
      const update = () => {
        const turn = sent % 10;
        if (turn === 0) {
          send({ type: 'call-gone', id: idOf(oldest), outcome: 'answered' });
          send({ type: 'call', change: 'began', call: call(oldest + CALLS, 'ringing') });
          oldest += 1;
        } else if (turn < 3) {
          const at = sent % MANAGERS;
          send({ type: 'extension', extension: extension(at, turn === 1 ? 'talking' : 'free') });
        } else {
          const one = oldest + ((sent * 37) % CALLS);
          send({ type: 'call', change: 'answered', call: call(one, STATES[sent % STATES.length]) });
        }
      };
      const timer = setInterval(update, 1000 / UPDATES_PER_SECOND);
      timers.add(timer);
      open.once('close', () => clearInterval(timer));
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: server.address().port,
    sent: () => sent,
    close: () => {
      timers.forEach(clearInterval);
      for (const open of sockets.clients) open.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** In the page: how long each frame took, from one to the next. */
const WATCH = `window.frames_ = []; (() => {
  let before = performance.now();
  const next = (now) => { window.frames_.push(now - before); before = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
})()`;

/** @returns how long frames took in ms, with every call on the wall and so many updates a second */
export async function benchWall(httpPort, { seconds = 20 } = {}) {
  const feed = await serve(httpPort);
  const browser = await chromium.launch({ executablePath: join(FOLDER, 'chromium'), args: ['--no-sandbox'] });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${feed.port}/`);
    await page.locator('input[type=email]').fill('admin@example.com');
    await page.locator('input[type=password]').fill('a long admin password');
    await page.locator('button[type=submit]').click();
    await page.getByText('Client 199').first().waitFor({ state: 'attached', timeout: 60_000 });
    const before = feed.sent();
    await page.evaluate(WATCH);
    await page.waitForTimeout(seconds * 1000);
    const frames = (await page.evaluate('window.frames_')).sort((a, b) => a - b);
    const drawn = await page.locator('section:has(#wall-calls) li').count();
    if (drawn !== CALLS) throw new Error(`${drawn} calls are on the wall in place of ${CALLS}`);
    const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))];
    return {
      calls: CALLS,
      updatesPerSecond: Math.round((feed.sent() - before) / seconds),
      frames: frames.length,
      frameMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: frames.at(-1) },
    };
  } finally {
    await browser.close();
    feed.close();
  }
}
