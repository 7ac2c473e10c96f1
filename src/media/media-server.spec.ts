import { jest } from '@jest/globals';
import { clock } from '../common/clock.js';
import type { DialogEnd, SipDialog } from '../sip/dialog.js';
import { SipRejected } from '../sip/sip-rejected.js';
import type { Uac } from '../sip/uac.js';
import { EslConnection } from './esl-connection.js';
import { MediaServer } from './media-server.js';

const ADDRESS = { host: '127.0.0.1', eslPort: 8021, password: 'secret' };

/** A dialog that FreeSWITCH ended with its answer, or will end. */
function dialog(end?: DialogEnd) {
  let told: ((end: DialogEnd) => void) | undefined;
  return {
    dialog: {
      sipCallId: 'a-leg',
      onBye: (listener: (end: DialogEnd) => void) => {
        told = listener;
        if (end) listener(end);
      },
    } as SipDialog,
    end: (now: DialogEnd) => told?.(now),
  };
}

function serverBehind(uac: Partial<Pick<Uac, 'invite' | 'inviteForOffer'>>): MediaServer {
  return Object.assign(new MediaServer(ADDRESS, uac as Uac), { sipAddress: '127.0.0.1:5080' });
}

const serverThatAnswers = (answer: SipDialog) => serverBehind({ invite: async () => answer });

test('a leg that ended with its answer is none of the load, and its loss is told to who asks later', async () => {
  const server = serverThatAnswers(dialog({ by: 'remote', reason: 'Q.850;cause=102' }).dialog);
  const leg = await server.receive('v=0\r\n');
  expect(server.load).toBe(0);
  const losses: string[] = [];
  leg.onLost((loss) => losses.push(loss));
  leg.onLost((loss) => losses.push(loss));
  expect(losses).toEqual(['hung-up']);
});

test('a leg is load until it ends, and its loss is told to the last who asked', async () => {
  const { dialog: answer, end } = dialog();
  const server = serverThatAnswers(answer);
  const leg = await server.receive('v=0\r\n');
  const losses: string[] = [];
  leg.onLost(() => losses.push('the first'));
  leg.onLost((loss) => losses.push(loss));
  expect(server.load).toBe(1);
  end({ by: 'remote', reason: 'Q.850;cause=604;text="MEDIA_TIMEOUT"' });
  expect(server.load).toBe(0);
  expect(losses).toEqual(['no-audio']);
});

/** Runs with a FreeSWITCH that takes every order. @param answers before each is `+OK` @returns the orders */
async function ordersOf(run: () => Promise<void>, answers: string[] = []): Promise<string[]> {
  const orders: string[] = [];
  const api = jest.spyOn(EslConnection.prototype, 'api').mockImplementation(async (...order) => {
    orders.push(order.join(' '));
    return answers.shift() ?? '+OK';
  });
  await run();
  api.mockRestore();
  return orders;
}

describe('a leg is ended over ESL where drachtio-server cannot', () => {
  test('whose dialog it lost', async () => {
    const losses: string[] = [];
    const orders = await ordersOf(async () => {
      const { dialog: answer, end } = dialog();
      const leg = await serverThatAnswers(answer).receive('v=0\r\n');
      leg.onLost((loss) => losses.push(loss));
      end({ by: 'server', reason: 'drachtio-server was lost' });
    });
    expect(orders).toEqual(['uuid_kill a-leg']);
    expect(losses).toEqual(['hung-up']);
  });

  test.each([
    ['whose BYE nobody answers', false, ['uuid_kill a-leg']],
    ['but not after a BYE that was answered', true, []],
  ])('%s', async (_, isAnswered, expected) => {
    const orders = await ordersOf(async () => {
      const answer = { ...dialog().dialog, bye: async () => isAnswered };
      await (await serverThatAnswers(answer).receive('v=0\r\n')).end();
    });
    expect(orders).toEqual(expected);
  });

  test('that was being made when it was lost', async () => {
    let callId: string | undefined;
    const server = serverBehind({
      invite: async (_, { headers }) => {
        callId = headers?.['Call-ID'];
        throw new SipRejected(503, 'drachtio-server is away');
      },
    });
    const orders = await ordersOf(() =>
      expect(server.receive('v=0\r\n')).rejects.toMatchObject({ code: 'media-unavailable' }),
    );
    expect(orders).toEqual([`uuid_kill ${callId}`]);
    expect(server.load).toBe(0);
  });
});

test('a leg gives its orders over one connection as long as it is up, in their order; what plays is stopped once', async () => {
  const orders: { over: EslConnection; command: string }[] = [];
  const lost = new Set<EslConnection>();
  const isUp = jest.spyOn(EslConnection.prototype, 'isUp', 'get').mockImplementation(function (
    this: EslConnection,
  ) {
    return !lost.has(this);
  });
  const api = jest.spyOn(EslConnection.prototype, 'api').mockImplementation(async function (
    this: EslConnection,
    command: string,
  ) {
    orders.push({ over: this, command });
    return '+OK';
  });
  const server = serverThatAnswers(dialog().dialog);
  const [leg, other] = [await server.receive('v=0\r\n'), await server.receive('v=0\r\n')];
  await leg.stopPlaying();
  await leg.playTone('tone_stream://%(100,0,425)');
  await leg.stopPlaying();
  await leg.stopPlaying();
  await other.playTone('tone_stream://%(100,0,425)');
  lost.add(orders[0]!.over);
  await leg.sendDigits('1');
  api.mockRestore();
  isUp.mockRestore();
  expect(orders.map(({ command }) => command)).toEqual([
    'uuid_broadcast',
    'uuid_break',
    'uuid_broadcast',
    'uuid_send_dtmf',
  ]);
  expect(orders[0]!.over).toBe(orders[1]!.over);
  expect(orders[2]!.over).not.toBe(orders[0]!.over);
  expect(orders[3]!.over).not.toBe(orders[0]!.over);
});

describe('a leg that made the offer', () => {
  const offering = () =>
    serverBehind({
      invite: async () => ({ ...dialog().dialog, sipCallId: 'client' }) as SipDialog,
      inviteForOffer: async () => ({
        sipCallId: 'a-leg',
        offer: 'm=audio 4000 RTP/AVP 8\r\n',
        accept: async () => dialog().dialog,
        abandon: async () => undefined,
      }),
    });

  test('is not joined before FreeSWITCH has parked it, which is asked once it may be', async () => {
    const orders = await ordersOf(async () => {
      const server = offering();
      const [client, { leg }] = [await server.receive('v=0\r\n'), await server.offer()];
      await client.bridge(leg);
      await client.bridge(leg);
    }, ['_undef_', '_undef_', 'park']);
    expect(orders).toEqual([
      ...Array.from({ length: 3 }, () => 'uuid_getvar a-leg current_application'),
      'uuid_bridge client a-leg',
      'uuid_bridge client a-leg',
    ]);
  });

  test('is joined without a question where it was made long ago', async () => {
    const orders = await ordersOf(async () => {
      const server = offering();
      const [client, { leg }] = [await server.receive('v=0\r\n'), await server.offer()];
      const now = clock.monotonic();
      const later = jest.spyOn(clock, 'monotonic').mockReturnValue(now + 5_001);
      await client.bridge(leg);
      later.mockRestore();
    });
    expect(orders).toEqual(['uuid_bridge client a-leg']);
  });
});
