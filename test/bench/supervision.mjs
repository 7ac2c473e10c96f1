// What watching and listening cost: the delay of the live feed with many watchers, how soon a listener hears a call, and
// his CPU.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { signedIn } from './api.mjs';
import { between, usage } from './procfs.mjs';
import { spreadOf } from './spread.mjs';

const COMPANY_NUMBER = '+74950000100';
const CLIENT_HZ = 600;
const LISTENERS = 10;
/** Phones that make the feed's events, each at an address of its own: the registrar takes so many from each. */
const DESKS = 25;
const WATCHERS = 200;
const EVENTS_PER_SECOND = 50;

/**
 * Events at a steady rate, made by phones that register and leave by turns, to each of many watchers.
 * @returns ms from the REGISTER's departure to its event at a watcher
 */
async function feedDelay({ live, token }, phones, seconds) {
  const worker = new Worker(new URL('watchers.mjs', import.meta.url), {
    workerData: { live, token, count: WATCHERS },
  });
  await once(worker, 'message');
  /** By extension: when each REGISTER left, ms since the epoch. */
  const sent = new Map(phones.map(({ options }) => [options.user, []]));
  const begun = performance.now();
  const all = EVENTS_PER_SECOND * seconds;
  const running = [];
  for (let count = 0; count < all; count++) {
    await pause(Math.max(0, begun + (count * 1000) / EVENTS_PER_SECOND - performance.now()));
    const phone = phones[count % phones.length];
    const isComing = Math.floor(count / phones.length) % 2 === 0;
    sent.get(phone.options.user).push(performance.timeOrigin + performance.now());
    running.push(phone.register(isComing ? 300 : 0));
  }
  const took = (performance.now() - begun) / 1000;
  const refused = (await Promise.all(running)).filter(({ status }) => status !== 200).length;
  await pause(1_000); // what is still on its way
  worker.postMessage('end');
  const [{ arrivals, cutOff }] = await once(worker, 'message');
  const delays = [];
  for (const [number, left] of sent) {
    for (const came of arrivals[number] ?? []) {
      for (const [turn, at] of (came ?? []).entries()) delays.push(at - left[turn]);
    }
  }
  return {
    watchers: WATCHERS,
    perSecond: Math.round(all / took),
    events: all,
    refused,
    missed: all * WATCHERS - delays.length,
    cutOff,
    delayMs: spreadOf(delays),
  };
}

/** @returns ms from the listener's INVITE to the first sound of the client, over several joins of one call */
async function joins(listener, count) {
  const delays = [];
  for (let join = 0; join < count; join++) {
    const begun = performance.now();
    const heard = await (await listener.dial('*10*1')).answered;
    let sound;
    do sound = await heard.audio.listen(20);
    while (Math.max(...sound.samples.map(Math.abs)) < 2_000);
    delays.push(performance.now() - begun);
    await heard.hangUp();
  }
  return spreadOf(delays);
}

/** @returns percent of a core that the media server takes for one listener, with and without several of them */
async function listenersCpu(pids, listeners, seconds) {
  const cpu = async () => {
    const before = usage(...pids);
    await pause(seconds * 1000);
    const roles = between(before, usage(...pids), seconds);
    return (roles.engine ?? roles.freeswitch).cpuPercent;
  };
  const without = await cpu();
  for (const listener of listeners) await (await listener.dial('*10*1')).answered;
  const withAll = await cpu();
  await Promise.all(listeners.map((listener) => listener.fallSilent()));
  return { listeners: listeners.length, without, withAll };
}

/**
 * @param linekeeper running, with the demo company
 * @param pids of it, and of the servers beside it
 */
export async function benchSupervision(linekeeper, pids, { quick }) {
  const { Phone } = await import('../../dist/simulate/phone.js');
  const admin = await signedIn(linekeeper);
  const server = { ip: '127.0.0.1', port: linekeeper.sipPort };
  const phones = [];
  const phone = async (user, password, { ip = '127.0.0.1', isRegistered = true } = {}) => {
    const one = await Phone.open({ server, user, password, ip });
    phones.push(one);
    if (isRegistered && password !== undefined) await one.register();
    return one;
  };
  const extension = async (number, options) => {
    const made = await admin.api('POST', '/extensions', { number, name: `Desk ${number}` });
    return phone(number, made.sipPassword, options);
  };
  try {
    const listeners = [];
    for (let count = 0; count < LISTENERS; count++) {
      const number = String(200 + count);
      listeners.push(await extension(number));
      const password = 'a long bench password';
      const email = `listener${count}@example.com`;
      await admin.api('POST', '/people', { email, role: 'supervisor', password, extension: number });
    }
    const manager = await phone('101', 'secret101');
    const carrier = await phone('carrier');
    const outgoing = await carrier.dial(COMPANY_NUMBER, { from: '+79161234599', toneHz: CLIENT_HZ });
    const atManager = await (await manager.incoming()).answer(950);
    const client = await outgoing.answered;
    while (!(await admin.api('GET', '/calls?limit=1')).items[0]?.answeredAt);
    const joinMs = await joins(listeners[0], quick ? 10 : 50);
    const cpu = await listenersCpu(pids, listeners, quick ? 4 : 10);
    await client.hangUp();
    await atManager.ended;
    const desks = [];
    for (let count = 0; count < DESKS; count++) {
      desks.push(await extension(String(300 + count), { ip: `127.0.1.${1 + count}`, isRegistered: false }));
    }
    const feed = await feedDelay(admin, desks, quick ? 5 : 30);
    return { joinMs, cpu, feed };
  } finally {
    for (const one of phones) await one.close();
  }
}
