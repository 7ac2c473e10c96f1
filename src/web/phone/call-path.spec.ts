import { jest } from '@jest/globals';
import type { RTCSession } from 'jssip/lib/RTCSession';
import { CallPath } from './call-path.js';

const SECOND = 1_000;

describe('the way of a call’s sound', () => {
  const did: string[] = [];
  let connection: { connectionState: string; received: number };
  let path: CallPath;
  const stats = () => new Map([['in', { type: 'inbound-rtp', packetsReceived: connection.received }]]);
  const seconds = async (count: number, { hears }: { hears: boolean }) => {
    for (let second = 0; second < count; second++) {
      if (hears) connection.received += 50;
      await jest.advanceTimersByTimeAsync(SECOND);
    }
  };
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
    did.length = 0;
    connection = { connectionState: 'connected', received: 0 };
    path = new CallPath({} as RTCSession, [], {
      shouldHear: () => true,
      changed: () => undefined,
      seek: () => did.push('seek'),
      silent: () => did.push('silent'),
      lost: () => did.push('lost'),
    });
    path.start({
      get connectionState() {
        return connection.connectionState;
      },
      getStats: async () => stats(),
    } as unknown as RTCPeerConnection);
  });
  afterEach(() => {
    path.end();
    jest.useRealTimers();
  });

  it('is sought where it falls silent right after it was found: as soon as the last try is old enough', async () => {
    await seconds(10, { hears: true });
    connection.connectionState = 'disconnected';
    await seconds(4, { hears: false });
    expect(did).toEqual(['seek']);
    connection.connectionState = 'connected';
    await seconds(1, { hears: true });
    await seconds(9, { hears: false });
    expect(did).toEqual(['seek', 'seek']);
  });

  it('is sought three times in a silence, and the person is told once; then anew in the next silence', async () => {
    await seconds(10, { hears: true });
    await seconds(60, { hears: false });
    expect(did).toEqual(['seek', 'silent', 'seek', 'seek']);
    await seconds(2, { hears: true });
    await seconds(8, { hears: false });
    expect(did.slice(4)).toEqual(['seek']);
  });
});
