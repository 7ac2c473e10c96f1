// How soon a click becomes a call: the machine's part, beside the seconds in which people take their phones up.
import { signedIn } from './api.mjs';
import { spreadOf } from './spread.mjs';

const COMPANY_NUMBER = '+74950000100';
const MANAGER_HZ = 950;
const CLIENT_HZ = 600;
const LOUD = 2_000;

/**
 * @param linekeeper running, on the embedded engine, with the demo company
 * @returns ms: from the request to the manager's INVITE; from his 200 to the client's INVITE; from the client's 200 until
 *   both hear each other
 */
export async function benchClicks(linekeeper, { clicks }) {
  const { Phone } = await import('../../dist/simulate/phone.js');
  const { api, id } = await signedIn(linekeeper);
  const server = { ip: '127.0.0.1', port: linekeeper.sipPort };
  const manager = await Phone.open({ server, user: '101', password: 'secret101' });
  const carrier = await Phone.open({ server, user: 'carrier' });
  try {
    await manager.register();
    const [trunk] = (await api('GET', '/trunks')).items;
    await api('PATCH', `/trunks/${trunk.id}`, { port: carrier.sipPort });
    await api('PATCH', `/people/${id}`, { extension: '101' });
    const clientCode = await clientOf(api, manager, carrier);
    const times = { managerRingsMs: [], clientRingsMs: [], joinedMs: [] };
    for (let count = 0; count < clicks; count++) {
      const clicked = performance.now();
      const [, atManager] = await Promise.all([api('POST', '/calls', { clientCode }), manager.incoming()]);
      times.managerRingsMs.push(performance.now() - clicked);
      const answered = performance.now();
      const [talking, atClient] = await Promise.all([atManager.answer(MANAGER_HZ), carrier.incoming()]);
      times.clientRingsMs.push(performance.now() - answered);
      const taken = performance.now();
      const client = await atClient.answer(CLIENT_HZ);
      await Promise.all([hearsSomebody(client), hearsSomebody(talking)]);
      times.joinedMs.push(performance.now() - taken);
      await client.hangUp();
      await talking.ended;
      while ((await api('GET', '/calls?limit=1')).items[0].endedAt === null);
    }
    return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, spreadOf(values)]));
  } finally {
    await manager.close();
    await carrier.close();
  }
}

/** A client who has talked with the manager. @returns his code */
async function clientOf(api, manager, carrier) {
  const call = await carrier.dial(COMPANY_NUMBER, { from: '+79161234598' });
  const talking = await (await manager.incoming()).answer();
  await (await call.answered).hangUp();
  await talking.ended;
  for (;;) {
    const [last] = (await api('GET', '/calls?limit=1')).items;
    if (last?.endedAt) return last.client.code;
  }
}

async function hearsSomebody({ audio }) {
  for (;;) {
    const { samples } = await audio.listen(20);
    if (Math.max(...samples.map(Math.abs)) > LOUD) return;
  }
}
