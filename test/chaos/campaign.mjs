// One campaign: the load and the faults of a plan, played in real time; then rest, and the count.
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Boxes } from './boxes.mjs';
import { Carrier } from './carrier.mjs';
import { openOffice } from './office.mjs';
import { freePort, freeUdpRange } from './ports.mjs';
import { gaugesOf, leftoversOf, reconcile } from './reconcile.mjs';

const ADMIN = { email: 'admin@example.com', password: 'a long admin password' };
const RTP_PORTS = 1_000;
const AT_REST_WITHIN_MS = 60_000;
/** Timers that come and go with idle connections of the pools. */
const TIMER_MARGIN = 30;

/**
 * @param options seed, engine, withRedis, programs, keep
 * @param plan calls and faults (plan.mjs)
 * @param say told of each fault as it happens
 * @returns what reconcile() found, the faults with what came of each, and what was left
 */
export async function runCampaign(options, plan, say) {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-chaos-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const output = createWriteStream(join(folder, 'output.log'));
  const dataKey = randomBytes(32).toString('base64');
  const ports = {
    rtp: await freeUdpRange(RTP_PORTS),
    ...Object.fromEntries(
      await Promise.all(
        ['http', 'secondHttp', 'sip', 'ws', 'redis', 'drachtio', 'esl', 'mediaSip'].map(async (name) => [
          name,
          await freePort(),
        ]),
      ),
    ),
  };
  const settings = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATA_DIR: dataDir,
    DATA_KEY: dataKey,
    HTTP_PORT: `${ports.http}`,
    SIP_PORT: `${ports.sip}`,
    SIP_WS_PORT: `${ports.ws}`,
    RTP_PORTS: `${ports.rtp}-${ports.rtp + RTP_PORTS - 1}`,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    RTP_TIMEOUT_S: '5',
    DRAIN_S: '2',
    LOG_LEVEL: 'info',
  };
  const boxes = new Boxes({ ...options, dataDir, ports, settings }, (text) => output.write(text));
  let carrier;
  let desks = [];
  let clean = false;
  try {
    await boxes.start();
    desks = await openOffice({ web: boxes.webs[0], admin: ADMIN, serverPort: ports.sip, seed: options.seed });
    const quietTimers = (await gaugesOf(boxes.webs[0])).timers + TIMER_MARGIN;
    const note = (text) => {
      output.write(`== ${new Date().toISOString()} ${text}\n`);
      say(text);
    };
    carrier = await Carrier.begin({ ...plan, rate: options.rate, serverPort: ports.sip, folder });
    const { faults, downs } = await play(plan, { boxes, note });
    note('the load is over; everything is up again');
    await carrier.untilQuiet();
    const channels =
      options.engine === 'external' ? () => channelsOf(boxes.settings.FREESWITCH_URL) : undefined;
    const rest = { boxes, recordingsDir: join(dataDir, 'recordings'), channels, quietTimers };
    const left = await atRest(rest);
    note('a last start in good order');
    await boxes.restartPlanes();
    const leftAfterRestart = await atRest(rest);
    const records = carrier.records();
    const totals = carrier.totals();
    const found = await reconcile({
      databaseUrl: boxes.databaseUrl,
      dataKey,
      records,
      desks,
      downs,
      totals,
    });
    if (options.postgresAwayS) found.losses.push(...refusedFor(found.counts));
    for (const one of found.unwritten) output.write(`== by the SIP server alone: ${one}\n`);
    clean = found.losses.length + left.length + leftAfterRestart.length === 0;
    const heard = desks.reduce((sum, { packetsReceived }) => sum + packetsReceived, 0);
    return {
      ...found,
      faults,
      left: [...left, ...leftAfterRestart.map((one) => `after a restart: ${one}`)],
      records,
      totals,
      packets: heard,
      starts: boxes.starts(),
      ...(clean && !options.keep ? {} : { folder }),
    };
  } finally {
    carrier?.close();
    for (const desk of desks) desk.close();
    await boxes.stop();
    output.end();
    if (clean && !options.keep) rmSync(folder, { recursive: true, force: true });
    else say(`kept: ${folder}`);
  }
}

/** While the database is away calls are taken as ever, and each is written once. */
const refusedFor = ({ refused, twice }) => [
  ...(refused > 0 ? [`${refused} calls refused while PostgreSQL was away`] : []),
  ...(twice > 0 ? [`${twice} calls written twice`] : []),
];

/** @returns what came of each fault, and when no control plane could answer */
async function play({ calls, faults }, { boxes, note }) {
  const struck = [];
  const downs = [];
  const strike = (fault) => {
    const from = Date.now();
    const plane = boxes.endsPlane(fault);
    const startsBefore = plane?.starts;
    const came = boxes.hit(fault);
    struck.push({ ...fault, came });
    note(`${fault.deed} ${fault.victim}${fault.forMs ? ` for ${fault.forMs} ms` : ''}: ${came}`);
    const down = [from - 1_000, Infinity];
    downs.push(down);
    const past = plane && came === 'done' ? boxes.untilStarted(plane, startsBefore) : pause(fault.forMs ?? 0);
    void past
      .then(() => boxes.untilReady())
      .then(() => (down[1] = Date.now() + 1_000))
      .catch((error) => note(error.message));
  };
  const began = performance.now();
  const until = (atMs) => pause(Math.max(0, began + atMs - performance.now()));
  for (const fault of faults) {
    await until(fault.atMs);
    strike(fault);
  }
  await until(calls.at(-1).atMs);
  await pause(5_000); // the last stop is over
  boxes.resumeAll();
  await boxes.untilReady();
  return { faults: struck, downs };
}

/** Waits until nothing of any call is left. @returns what is left after all patience */
async function atRest(what) {
  const deadline = performance.now() + AT_REST_WITHIN_MS;
  for (;;) {
    const left = await leftoversOf(what).catch((error) => [error.message]);
    if (left.length === 0 || performance.now() > deadline) return left;
    await pause(500);
  }
}

/** How many channels FreeSWITCH has (`show channels count`, mod_event_socket). */
function channelsOf(url) {
  const { hostname, port, password } = new URL(url);
  return new Promise((done, fail) => {
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('FreeSWITCH does not answer')));
    socket.once('error', fail);
    socket.on('data', (chunk) => {
      said += chunk;
      const total = /\n(\d+) total\./.exec(said)?.[1];
      if (total !== undefined) {
        socket.destroy();
        done(Number(total));
      }
    });
    socket.write(`auth ${decodeURIComponent(password)}\n\napi show channels count\n\n`);
  });
}
