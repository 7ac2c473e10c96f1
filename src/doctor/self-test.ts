import { messageOf } from '../common/app-error.js';
import type { Conversation } from '../simulate/conversation.js';
import type { OutgoingCall } from '../simulate/outgoing-call.js';
import { Phone } from '../simulate/phone.js';
import { note, well, wrong, type Finding } from './finding.js';
import { toneDb } from './tone.js';
import { within } from './within.js';

/** The demo company (config/demo.yaml). */
const COMPANY_NUMBER = '+74950000100';
const EXTENSION = { user: '103', password: 'secret103' };
const CALLER = '+79160000000';
const CALLER_HZ = 600;
const MANAGER_HZ = 950;
/** What is sent arrives at −9 dB; a tone that is not there is far below. */
const LEAST_DB = -30;
const STEP_MS = 200;
const PATIENCE_MS = 8_000;
const WHAT = 'self-test call';

/** A call to the company's number, answered by an extension; each must hear the other's tone. */
export async function selfTest(server: { ip: string; port: number }, where: string): Promise<Finding> {
  const ip = server.ip;
  const desk = await Phone.open({ server, ip, ...EXTENSION });
  const carrier = await Phone.open({ server, ip, user: 'doctor' });
  try {
    const { status } = await within(PATIENCE_MS, desk.register(60), 'no answer to REGISTER');
    if (status !== 200) {
      return note(
        WHAT,
        `not made ${where}: extension ${EXTENSION.user} of the demo company may not register (${status})`,
      );
    }
    const began = performance.now();
    const call = await carrier.dial(COMPANY_NUMBER, { from: CALLER, toneHz: CALLER_HZ });
    const refused = call.status().then((final) => (final === 200 ? new Promise<never>(() => {}) : final));
    const ringing = await Promise.race([within(PATIENCE_MS, desk.incoming(), 'no phone rang'), refused]);
    if (typeof ringing === 'number') return refusedFinding(ringing, where);
    const manager = await ringing.answer(MANAGER_HZ);
    const caller = await within(PATIENCE_MS, call.answered, 'the caller was not told of the answer');
    const answeredMs = performance.now() - began;
    const heard = await hearEachOther(caller, manager);
    await caller.hangUp();
    await within(PATIENCE_MS, manager.ended, 'the manager did not hear of the end');
    return audioFinding(heard, `${where}: answered after ${Math.round(answeredMs)} ms, both hear each other`);
  } catch (error) {
    return wrong(WHAT, `${where}: ${messageOf(error)}`);
  } finally {
    await within(PATIENCE_MS, desk.register(0)).catch(() => undefined);
    await Promise.all([desk.close(), carrier.close()]);
  }
}

export interface Heard {
  byCaller: boolean;
  byManager: boolean;
}

async function hearEachOther(caller: Conversation, manager: Conversation): Promise<Heard> {
  const [byCaller, byManager] = await Promise.all([hears(caller, MANAGER_HZ), hears(manager, CALLER_HZ)]);
  return { byCaller, byManager };
}

/** The beginning of a conversation may be silent. */
async function hears({ audio }: Conversation | OutgoingCall, hertz: number): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const sound = await within(PATIENCE_MS, audio.listen(STEP_MS)).catch(() => undefined);
    if (!sound) return false;
    if (toneDb(sound, hertz) > LEAST_DB) return true;
  }
  return false;
}

/** @param well what to say where both hear each other */
export function audioFinding({ byCaller, byManager }: Heard, allWell: string): Finding {
  if (byCaller && byManager) return well(WHAT, allWell);
  const deaf =
    !byCaller && !byManager
      ? 'neither hears the other'
      : byCaller
        ? 'the manager hears nothing'
        : 'the caller hears nothing';
  return wrong(
    WHAT,
    `${deaf}: is UDP for RTP open, and is the address right that the media server announces?`,
  );
}

export function refusedFinding(status: number, where: string): Finding {
  if (status === 403) return note(WHAT, `not made ${where}: no trunk allows calls from this machine`);
  if (status === 404) return note(WHAT, `not made ${where}: the demo company's number is not there`);
  return wrong(WHAT, `${where}: the call was refused with ${status}`);
}
