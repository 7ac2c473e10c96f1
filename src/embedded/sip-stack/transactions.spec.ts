import { jest } from '@jest/globals';
import { SipClientTransaction } from './client-transaction.js';
import { parseSip, SipMessage, type SipFlow, type SipProtocol, type TransactionEnd } from './index.js';
import { buildResponse } from './response.js';
import { SipServerTransaction } from './server-transaction.js';
import { Timers } from './timers.js';

const VALUES = { t1: 500, t2: 4000, t4: 5000 };

function request(method: string): SipMessage {
  const made = SipMessage.request(method, 'sip:b@example.com');
  made.add('Via', 'SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1').add('From', '<sip:a@a>;tag=1');
  return made.add('To', '<sip:b@b>').add('Call-ID', 'c').add('CSeq', `1 ${method}`);
}

function bench(protocol: SipProtocol) {
  const flow: SipFlow = { protocol, address: '127.0.0.1', port: 5060 };
  const sent: { at: number; line: string }[] = [];
  const ends: TransactionEnd[] = [];
  const told: number[] = [];
  const cancels: string[] = [];
  const started = Date.now();
  let fail: ((error: Error) => void) | undefined;
  const host = {
    timers: new Timers(),
    values: VALUES,
    userAgent: undefined,
    send: (bytes: Buffer, _target: SipFlow, failed: (error: Error) => void) => {
      fail = failed;
      sent.push({ at: Date.now() - started, line: parseLine(bytes) });
    },
  };
  const owner = {
    sendCancel: () => cancels.push('CANCEL'),
    lingers: () => undefined,
    terminated: () => undefined,
  };
  const client = (method: string): SipClientTransaction => {
    const made = new SipClientTransaction(host, owner, 'z9hG4bK1', request(method), flow);
    made.onResponse((response) => told.push(response.status)).onEnd((why) => ends.push(why));
    made.start();
    return made;
  };
  const server = (method: string): SipServerTransaction => {
    const source = { ...flow, localAddress: '127.0.0.1', localPort: 5070 };
    const made = new SipServerTransaction(host, owner, request(method), source, flow);
    made.onEnd((why) => ends.push(why));
    return made;
  };
  const answer = (of: SipClientTransaction, status: number): void =>
    of.receive(buildResponse(of.request, status, 'tag'));
  return {
    sent,
    ends,
    told,
    cancels,
    client,
    server,
    answer,
    timers: host.timers,
    fail: () => fail!(new Error('x')),
  };
}

const parseLine = (bytes: Buffer): string => {
  const message = parseSip(bytes);
  return message.isRequest ? message.method : String(message.status);
};

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const seconds = (n: number): void => void jest.advanceTimersByTime(n * 1000);

describe('the INVITE client transaction (RFC 3261 §17.1.1)', () => {
  it('timer A doubles without a cap, timer B gives up with 408 after 64*T1', () => {
    const b = bench('udp');
    b.client('INVITE');
    seconds(33);
    expect(b.sent.map(({ at }) => at)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect([b.told, b.ends, b.timers.count]).toEqual([[408], ['timeout'], 0]);
  });

  it('over TCP nothing is sent again, timer B still gives up', () => {
    const b = bench('tcp');
    b.client('INVITE');
    seconds(33);
    expect([b.sent.length, b.told]).toEqual([1, [408]]);
  });

  it('a provisional stops timers A and B', () => {
    const b = bench('udp');
    b.answer(b.client('INVITE'), 180);
    seconds(300);
    expect([b.sent.length, b.told, b.ends]).toEqual([1, [180], []]);
  });

  it('a failure is acknowledged, again for each repetition, until timer D', () => {
    const b = bench('udp');
    const invite = b.client('INVITE');
    b.answer(invite, 486);
    b.answer(invite, 486);
    expect([b.sent.map(({ line }) => line), b.told]).toEqual([['INVITE', 'ACK', 'ACK'], [486]]);
    seconds(31.9);
    expect(b.ends).toEqual([]);
    seconds(0.2);
    expect([b.ends, b.timers.count]).toEqual([['completed'], 0]);
  });

  it('each 2xx goes up and none is acknowledged here, until timer M (RFC 6026)', () => {
    const b = bench('udp');
    const invite = b.client('INVITE');
    b.answer(invite, 200);
    b.answer(invite, 200);
    expect([b.sent.map(({ line }) => line), b.told]).toEqual([['INVITE'], [200, 200]]);
    seconds(32);
    expect([b.ends, b.timers.count]).toEqual([['completed'], 0]);
  });

  it('CANCEL waits for a provisional; without a final response 408 comes 64*T1 later (§9.1)', () => {
    const b = bench('udp');
    const invite = b.client('INVITE');
    invite.cancel();
    expect(b.cancels).toEqual([]);
    b.answer(invite, 100);
    expect(b.cancels).toEqual(['CANCEL']);
    seconds(33);
    expect([b.told, b.timers.count]).toEqual([[100, 408], 0]);
  });

  it('a transport error is 503 (§8.1.3.1)', () => {
    const b = bench('tcp');
    b.client('INVITE');
    b.fail();
    expect([b.told, b.ends, b.timers.count]).toEqual([[503], ['transport-error'], 0]);
  });
});

describe('the non-INVITE client transaction (§17.1.2)', () => {
  it('timer E doubles up to T2, timer F gives up with 408', () => {
    const b = bench('udp');
    b.client('OPTIONS');
    seconds(33);
    expect(b.sent.map(({ at }) => at)).toEqual([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect([b.told, b.timers.count]).toEqual([[408], 0]);
  });

  it('after a provisional it goes on every T2, and timer F still runs', () => {
    const b = bench('udp');
    const options = b.client('OPTIONS');
    b.answer(options, 100);
    seconds(33);
    expect(b.sent.map(({ at }) => at).slice(0, 4)).toEqual([0, 500, 4500, 8500]);
    expect(b.told).toEqual([100, 408]);
  });

  it.each([
    ['udp', 5],
    ['tcp', 0],
  ] as const)('timer K over %s is %d s', (protocol, k) => {
    const b = bench(protocol);
    b.answer(b.client('OPTIONS'), 200);
    if (k > 0) seconds(k - 0.01);
    expect(b.ends).toEqual([]);
    seconds(0.02);
    expect([b.ends, b.timers.count]).toEqual([['completed'], 0]);
  });
});

describe('the INVITE server transaction (§17.2.1)', () => {
  it('100 goes out after 200 ms, unless the user was quicker', () => {
    const slow = bench('udp');
    slow.server('INVITE').startTrying(200);
    seconds(1);
    expect(slow.sent).toEqual([{ at: 200, line: '100' }]);
    const quick = bench('udp');
    const invite = quick.server('INVITE');
    invite.startTrying(200);
    invite.respond(180);
    seconds(1);
    expect(quick.sent.map(({ line }) => line)).toEqual(['180']);
  });

  it('timer G repeats a failure up to T2, timer H gives up without ACK', () => {
    const b = bench('udp');
    b.server('INVITE').respond(486);
    seconds(33);
    expect(b.sent.map(({ at }) => at)).toEqual([
      0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect([b.ends, b.timers.count]).toEqual([['no-ack'], 0]);
  });

  it('ACK stops timer G; timer I absorbs further ACKs for T4', () => {
    const b = bench('udp');
    const invite = b.server('INVITE');
    invite.respond(486);
    invite.receiveAck(request('ACK'));
    seconds(4.9);
    expect([b.sent.length, b.ends]).toEqual([1, []]);
    seconds(0.2);
    expect([b.ends, b.timers.count]).toEqual([['completed'], 0]);
  });

  it('after a 2xx timer L absorbs repeated INVITEs in silence (RFC 6026)', () => {
    const b = bench('udp');
    const invite = b.server('INVITE');
    invite.respond(200);
    invite.receiveAgain();
    expect(b.sent.length).toBe(1);
    seconds(32);
    expect([b.ends, b.timers.count]).toEqual([['completed'], 0]);
  });

  it('a repeated INVITE gets the last provisional again', () => {
    const b = bench('udp');
    const invite = b.server('INVITE');
    invite.respond(183);
    invite.receiveAgain();
    expect(b.sent.map(({ line }) => line)).toEqual(['183', '183']);
  });

  it('CANCEL reaches the user only before the final response', () => {
    const b = bench('udp');
    const invite = b.server('INVITE');
    const heard: string[] = [];
    invite.onCancel(() => heard.push('cancel'));
    expect(invite.receiveCancel(request('CANCEL'))).toBe(true);
    invite.respond(487);
    expect(invite.receiveCancel(request('CANCEL'))).toBe(false);
    expect(heard).toEqual(['cancel']);
  });

  it('a second final response is not sent', () => {
    const b = bench('udp');
    const invite = b.server('INVITE');
    invite.respond(487);
    expect(invite.respond(200).status).toBe(487);
    expect(b.sent.map(({ line }) => line)).toEqual(['487']);
  });
});

describe('the non-INVITE server transaction (§17.2.2)', () => {
  it.each([
    ['udp', 32],
    ['tcp', 0],
  ] as const)('timer J over %s is %d s', (protocol, j) => {
    const b = bench(protocol);
    const options = b.server('OPTIONS');
    options.respond(200);
    options.receiveAgain();
    expect(b.sent.map(({ line }) => line)).toEqual(['200', '200']);
    if (j > 0) seconds(j - 0.01);
    expect(b.ends).toEqual([]);
    seconds(0.02);
    expect([b.ends, b.timers.count]).toEqual([['completed'], 0]);
  });
});
