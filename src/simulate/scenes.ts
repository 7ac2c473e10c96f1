import { AppError } from '../common/app-error.js';
import { tonesIn } from './goertzel.js';
import type { Conversation } from './conversation.js';
import type { OutgoingCall } from './outgoing-call.js';
import { Phone } from './phone.js';

const COMPANY_NUMBER = '+74950000100';
const MANAGERS = ['101', '102', '103'] as const;
const CALLER_HZ = 600;
const MANAGER_HZ = 950;

interface Stage {
  carrier: Phone;
  desks: readonly Phone[];
  say: (line: string) => void;
}

/** One call of the play; it ends when the call has. */
interface Scene {
  name: string;
  /** Made up; each client is one of his own. */
  client: string;
  play(stage: Stage, call: OutgoingCall): Promise<void>;
}

/** Each must hear the other's tone. @throws AppError where one does not */
async function talk(
  seconds: number,
  caller: Conversation,
  manager: Conversation,
  { say }: Stage,
): Promise<void> {
  await Promise.all([
    hears('the caller', caller, MANAGER_HZ, seconds),
    hears('the manager', manager, CALLER_HZ, seconds),
  ]);
  say(`    they talk for ${seconds} s, and each hears the other`);
}

async function hears(who: string, { audio }: Conversation, hertz: number, seconds: number): Promise<void> {
  await audio.listen(500); // the beginning of a bridge may be silent
  const [heard] = tonesIn(await audio.listen(seconds * 1000 - 500), [hertz]);
  if (heard === undefined)
    throw new AppError('one-way-audio', `${who} does not hear the other's ${hertz} Hz`);
}

const SCENES: readonly Scene[] = [
  {
    name: 'answered: all three phones ring, Anna takes it',
    client: '+79160000001',
    async play(stage, call) {
      const [first, ...others] = await Promise.all(stage.desks.map((desk) => desk.incoming()));
      stage.say('    three phones ring');
      const manager = await first!.answer(MANAGER_HZ);
      await Promise.all(others.map((other) => other.cancelled));
      stage.say('    101 answers, the others stop');
      const caller = await call.answered;
      await talk(4, caller, manager, stage);
      await caller.hangUp();
      await manager.ended;
    },
  },
  {
    name: 'missed: nobody takes it to the end',
    client: '+79160000002',
    async play(stage, call) {
      const ringing = await Promise.all(stage.desks.map((desk) => desk.incoming()));
      stage.say('    three phones ring, nobody answers (20 s) …');
      await Promise.all(ringing.map((one) => one.cancelled));
      stage.say('    the caller hears that nobody is there');
      stage.say(`    the caller gets ${await call.status()}`);
    },
  },
  {
    name: 'busy: every manager declines',
    client: '+79160000003',
    async play(stage, call) {
      for (const ringing of await Promise.all(stage.desks.map((desk) => desk.incoming())))
        ringing.refuse(486);
      stage.say('    all three are busy');
      stage.say(`    the caller gets ${await call.status()}`);
    },
  },
  {
    name: 'hung up while ringing: the caller has no patience',
    client: '+79160000004',
    async play(stage, call) {
      const ringing = await Promise.all(stage.desks.map((desk) => desk.incoming()));
      await call.audio.listen(2000);
      call.cancel();
      await Promise.all(ringing.map((one) => one.cancelled));
      stage.say(`    the caller hangs up after 2 s of ringback (${await call.status()})`);
    },
  },
  {
    name: 'answered: the missed client again, Vera takes it',
    client: '+79160000002',
    async play(stage, call) {
      const [first, second, third] = await Promise.all(stage.desks.map((desk) => desk.incoming()));
      const manager = await third!.answer(MANAGER_HZ);
      await Promise.all([first!.cancelled, second!.cancelled]);
      const caller = await call.answered;
      stage.say('    103 answers');
      await talk(3, caller, manager, stage);
      await manager.hangUp();
      await caller.ended;
    },
  },
];

/**
 * Plays all scenes, one after the other, on real SIP and RTP sockets.
 * @returns their names, in the order played
 * @throws AppError where a phone may not register
 */
export async function playScenes(
  server: { ip: string; port: number },
  say: (line: string) => void,
): Promise<string[]> {
  const carrier = await Phone.open({ server, user: 'carrier', ip: server.ip });
  const desks = await Promise.all(
    MANAGERS.map((user) => Phone.open({ server, user, password: `secret${user}`, ip: server.ip })),
  );
  try {
    for (const desk of desks) {
      const { status } = await desk.register();
      if (status !== 200) {
        throw new AppError(
          'register',
          `extension ${desk.options.user} may not register (${status}): simulate plays the demo company, SEED=demo`,
        );
      }
    }
    say('  extensions 101, 102 and 103 have registered');
    for (const { name, client, play } of SCENES) {
      say(`  ${name}`);
      const call = await carrier.dial(COMPANY_NUMBER, { from: client, toneHz: CALLER_HZ });
      await play({ carrier, desks, say }, call);
    }
    return SCENES.map(({ name }) => name.split(':')[0] ?? name);
  } finally {
    await Promise.all(desks.map((desk) => desk.register(0)));
    await Promise.all([carrier, ...desks].map((phone) => phone.close()));
  }
}
