// What watching costs: the delay of the live feed with many watchers, how soon a listener hears a call, and his CPU.
import { WebSocket } from 'ws';
import { administrator } from './administrator.mjs';
import { between, usage } from './procfs.mjs';
import { spreadOf } from './spread.mjs';

const COMPANY_NUMBER = '+74950000100';
const LISTENER = '200';
const CLIENT_HZ = 600;
/** Phones that make the feed's events. */
const DESKS = 20;

/**
 * Events at a steady rate, made by phones that register and leave by turns, to each of many watchers.
 * @returns ms from the REGISTER's departure to its event at a watcher
 */
async function feedDelay({ live, token }, phones, { watchers, perSecond, seconds }) {
  /** Of each phone: when its REGISTER left, how many watchers have still to be told, and whom that wakes. */
  const waiting = new Map();
  const delays = [];
  const sockets = await Promise.all(
    Array.from({ length: watchers }, async () => {
      const socket = new WebSocket(live, { headers: { authorization: `Bearer ${token}` } });
      await new Promise((done, fail) => socket.once('message', done).once('error', fail));
      socket.on('message', (data) => {
        const event = JSON.parse(data.toString());
        const one = event.type === 'extension' && waiting.get(event.extension.number);
        if (!one) return;
        delays.push(performance.now() - one.sentAt);
        one.left -= 1;
        if (one.left === 0) one.done();
      });
      return socket;
    }),
  );
  const begun = performance.now();
  const everyMs = (1000 * phones.length) / perSecond;
  await Promise.all(
    phones.map(async (phone, index) => {
      for (let count = 0; count < (seconds * 1000) / everyMs; count++) {
        const due = begun + (index * 1000) / perSecond + count * everyMs;
        if (performance.now() < due) await new Promise((next) => setTimeout(next, due - performance.now()));
        const told = new Promise((done) =>
          waiting.set(phone.options.user, { sentAt: performance.now(), left: watchers, done }),
        );
        await phone.register(count % 2 === 0 ? 300 : 0);
        await told;
      }
    }),
  );
  const events = delays.length / watchers;
  const reached = (events * 1000) / (performance.now() - begun);
  for (const socket of sockets) socket.terminate();
  return { watchers, perSecond: Math.round(reached), events, delayMs: spreadOf(delays) };
}

/** @returns ms from the listener's 200 to the first sound of the client, over several joins of one call */
async function joins(linekeeper, { api, listener, manager, carrier, joins: count }) {
  const outgoing = await carrier.dial(COMPANY_NUMBER, { from: '+79161234599', toneHz: CLIENT_HZ });
  const atManager = await (await manager.incoming()).answer(950);
  const client = await outgoing.answered;
  while (!(await api('GET', '/calls?limit=1')).items[0]?.answeredAt);
  const delays = [];
  for (let join = 0; join < count; join++) {
    const heard = await (await listener.dial('*10*1')).answered;
    const begun = performance.now();
    let sound;
    do sound = await heard.audio.listen(20);
    while (Math.max(...sound.samples.map(Math.abs)) < 2_000);
    delays.push(performance.now() - begun);
    if (join < count - 1) await heard.hangUp();
  }
  const seconds = 5;
  const cpu = async () => {
    const before = usage(linekeeper.pid);
    await new Promise((next) => setTimeout(next, seconds * 1000));
    return between(before, usage(linekeeper.pid), seconds).engine?.cpuPercent ?? 0;
  };
  const withListener = await cpu();
  await listener.fallSilent();
  const without = await cpu();
  await client.hangUp();
  await atManager.ended;
  return { joinMs: spreadOf(delays), engineCpuPercent: { withListener, without } };
}

/** @param linekeeper running, on the embedded engine, with the demo company */
export async function benchSupervision(linekeeper, { quick }) {
  const { Phone } = await import('../../dist/simulate/phone.js');
  const admin = await administrator(linekeeper);
  const { sipPassword } = await admin.api('POST', '/extensions', { number: LISTENER, name: 'Listener' });
  await admin.api('PATCH', `/people/${admin.id}`, { extension: LISTENER });
  const server = { ip: '127.0.0.1', port: linekeeper.sipPort };
  const phones = [];
  const phone = async (user, password, { registered = password !== undefined } = {}) => {
    const one = await Phone.open({ server, user, password });
    phones.push(one);
    if (registered) await one.register();
    return one;
  };
  try {
    const manager = await phone('101', 'secret101');
    const listener = await phone(LISTENER, sipPassword);
    const carrier = await phone('carrier');
    const listening = await joins(linekeeper, {
      api: admin.api,
      listener,
      manager,
      carrier,
      joins: quick ? 10 : 50,
    });
    const desks = [];
    for (let count = 0; count < DESKS; count++) {
      const number = String(300 + count);
      const made = await admin.api('POST', '/extensions', { number, name: `Desk ${number}` });
      desks.push(await phone(number, made.sipPassword, { registered: false }));
    }
    const feed = await feedDelay(admin, desks, { watchers: 200, perSecond: 50, seconds: quick ? 4 : 20 });
    return { ...listening, feed };
  } finally {
    for (const one of phones) await one.close();
  }
}
