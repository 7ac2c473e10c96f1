// The company of a campaign: for each kind of call a number, a ring group and an extension with a phone of that manner.
import { Desk } from './desk.mjs';
import { KINDS } from './plan.mjs';

const RING_TIMEOUT_S = { missed: 1 };

/** @returns the phones, registered */
export async function openOffice({ web, admin, serverPort, seed }) {
  const token = (await post(web, '/sign-in', admin)).token;
  const desks = [];
  for (const [kind, { number, extension }] of Object.entries(KINDS)) {
    const { id, sipPassword } = await post(web, '/extensions', { number: extension, name: kind }, token);
    const ringTimeoutS = RING_TIMEOUT_S[kind] ?? 20;
    const group = await post(web, '/ring-groups', { name: kind, ringTimeoutS, memberIds: [id] }, token);
    await post(web, '/company-numbers', { number, name: kind, groupId: group.id }, token);
    desks.push(await Desk.open({ kind, extension, password: sipPassword, serverPort, seed }));
  }
  const deadline = performance.now() + 15_000;
  while (desks.some(({ registered }) => !registered)) {
    if (performance.now() > deadline) throw new Error('the phones could not register');
    await new Promise((next) => setTimeout(next, 50));
  }
  return desks;
}

async function post(web, path, body, token) {
  const response = await fetch(`${web}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
