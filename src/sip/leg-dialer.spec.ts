import type { SipDialog } from './dialog.js';
import { LegDialer, type DialOptions, type OtherTarget } from './leg-dialer.js';
import { SipRejected } from './sip-rejected.js';
import type { InviteOptions } from './uac.js';

interface Ringing {
  uri: string;
  options: InviteOptions;
  answer(): { byes: number };
  refuse(status: number): void;
  ring(): void;
}

/** A user agent whose phones do what the spec says; like the real one it lets go at once when aborted. */
function fakeUac() {
  const calls: Ringing[] = [];
  const invite = (uri: string, options: InviteOptions): Promise<SipDialog> =>
    new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new SipRejected(487)));
      calls.push({
        uri,
        options,
        ring: () => options.onProvisional?.(180, undefined, { transaction: 't', dialog: 'd' }),
        refuse: (status) => reject(new SipRejected(status)),
        answer: () => {
          const seen = { byes: 0 };
          resolve({ remoteSdp: uri, bye: async () => void seen.byes++ } as unknown as SipDialog);
          return seen;
        },
      });
    });
  return { invite, calls };
}

const target = (extensionId: string, uri = `sip:${extensionId}@h`) => ({
  extensionId,
  media: 'rtp' as const,
  uri,
});
const options = (over: Partial<DialOptions> = {}): DialOptions => ({
  offers: { rtp: 'v=0' },
  from: { user: '10234', displayName: 'Client' },
  timeoutMs: 1_000,
  ...over,
});

describe('the leg dialer', () => {
  it('takes the first answer and stops the others, who hear why', async () => {
    const uac = fakeUac();
    const outcome = new LegDialer(uac).dial([target('1'), target('2'), target('3')], options());
    const [first, second, third] = uac.calls;
    third!.refuse(486);
    await Promise.resolve();
    second!.answer();
    const result = await outcome;
    expect(result.answeredBy?.extensionId).toBe('2');
    expect(result.failures).toMatchObject([{ status: 486, cause: 17 }]);
    expect(first!.options.signal?.reason).toBe('answered elsewhere');
    expect(second!.options.signal?.aborted).toBe(false);
  });

  it('ends the second of two answers in one moment', async () => {
    const uac = fakeUac();
    const outcome = new LegDialer(uac).dial([target('1'), target('2')], options());
    const won = uac.calls[0]!.answer();
    const lost = uac.calls[1]!.answer();
    expect((await outcome).answeredBy?.extensionId).toBe('1');
    await new Promise(setImmediate);
    expect([won.byes, lost.byes]).toEqual([0, 1]);
  });

  it('says who rang and who never spoke when the time is over', async () => {
    const uac = fakeUac();
    const rang: string[] = [];
    const outcome = new LegDialer(uac).dial(
      [target('1'), target('2')],
      options({ timeoutMs: 20, onRinging: ({ extensionId }) => rang.push(extensionId) }),
    );
    uac.calls[0]!.ring();
    uac.calls[0]!.ring();
    expect(await outcome).toMatchObject({
      why: 'timeout',
      failures: [
        { status: 408, cause: 19 },
        { status: 408, cause: 18 },
      ],
    });
    expect(rang).toEqual(['1']);
    expect(uac.calls.every(({ options: { signal } }) => signal?.aborted)).toBe(true);
  });

  it('is cancelled from outside, at any moment', async () => {
    const uac = fakeUac();
    const abort = new AbortController();
    const outcome = new LegDialer(uac).dial([target('1')], options({ signal: abort.signal }));
    abort.abort();
    expect(await outcome).toMatchObject({ why: 'cancelled', failures: [{ status: 487, cause: 16 }] });
    expect(await new LegDialer(uac).dial([target('1')], options({ signal: abort.signal }))).toMatchObject({
      why: 'cancelled',
    });
    expect(uac.calls).toHaveLength(1);
  });

  it('is refused when all refuse, a redirection included', async () => {
    const uac = fakeUac();
    const outcome = new LegDialer(uac).dial([target('1'), target('2')], options());
    uac.calls[0]!.refuse(302);
    uac.calls[1]!.refuse(480);
    expect(await outcome).toMatchObject({ why: 'refused', failures: [{ status: 302 }, { status: 480 }] });
  });

  it('stops all phones of a person who declines, and nobody else', async () => {
    const uac = fakeUac();
    const outcome = new LegDialer(uac).dial(
      [target('1', 'sip:a'), target('1', 'sip:b'), target('2')],
      options(),
    );
    uac.calls[0]!.refuse(603);
    await new Promise(setImmediate);
    expect(uac.calls.map((call) => call.options.signal?.aborted)).toEqual([false, true, false]);
    uac.calls[2]!.answer();
    expect(await outcome).toMatchObject({
      answeredBy: { extensionId: '2' },
      failures: [{ status: 603 }, { status: 603 }],
    });
  });

  describe('with devices that come and go', () => {
    /** A dial whose extension's devices change as the spec says. */
    function dialling(targets: ReturnType<typeof target>[]) {
      const uac = fakeUac();
      let change!: (extensionId: string, now: readonly ReturnType<typeof target>[]) => void;
      let follows = true;
      const outcome = new LegDialer(uac).dial(
        targets,
        options({
          timeoutMs: 60_000,
          devices: (changed) => {
            change = changed;
            return () => (follows = false);
          },
        }),
      );
      return {
        calls: uac.calls,
        outcome,
        change: (extensionId: string, now: readonly ReturnType<typeof target>[]) => change(extensionId, now),
        follows: () => follows,
      };
    }

    it('rings one anew that was lost while it rang, and waits for it', async () => {
      const { calls, outcome, change, follows } = dialling([target('1', 'sip:a')]);
      calls[0]!.ring();
      calls[0]!.refuse(503);
      await new Promise(setImmediate);
      change('1', []);
      change('1', [target('1', 'sip:b')]);
      expect(calls.map(({ uri }) => uri)).toEqual(['sip:a', 'sip:b']);
      calls[1]!.answer();
      expect(await outcome).toMatchObject({ answeredBy: { uri: 'sip:b' }, failures: [] });
      expect(follows()).toBe(false);
    });

    it('rings one that came by another way there, and where it was no more', async () => {
      const { calls, outcome, change } = dialling([target('1', 'sip:a'), target('2')]);
      change('1', [target('1', 'sip:a')]); // a refresh
      expect(calls).toHaveLength(2);
      change('1', [target('1', 'sip:b')]);
      expect(calls[0]!.options.signal?.aborted).toBe(true);
      expect(calls[2]!.uri).toBe('sip:b');
      calls[2]!.answer();
      expect((await outcome).answeredBy).toMatchObject({ uri: 'sip:b' });
    });

    it('does not wait for one that never rang, and rings nobody anew who has refused', async () => {
      const { calls, outcome, change } = dialling([target('1', 'sip:a'), target('2')]);
      calls[0]!.refuse(486);
      await new Promise(setImmediate);
      change('1', [target('1', 'sip:b')]);
      expect(calls).toHaveLength(2);
      calls[1]!.refuse(503);
      expect(await outcome).toMatchObject({ why: 'refused', failures: [{ status: 486 }, { status: 503 }] });
    });
  });

  describe('with a phone that is no registered device', () => {
    /** A mobile that does what the spec says. */
    function mobile(over: Partial<OtherTarget> = {}) {
      const seen = { rung: 0, aborted: undefined as unknown, lost: 0, byes: 0 };
      let settle!: { answer: () => void; refuse: (status: number) => void };
      const target: OtherTarget = {
        extensionId: '1',
        delayMs: 0,
        inPlaceOfDevices: false,
        ring: (signal) => {
          seen.rung += 1;
          return new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => {
              seen.aborted = signal.reason;
              reject(new SipRejected(487));
            });
            settle = {
              answer: () => resolve({ bye: async () => void seen.byes++ } as unknown as SipDialog),
              refuse: (status) => reject(new SipRejected(status)),
            };
          });
        },
        lost: () => void seen.lost++,
        ...over,
      };
      return {
        target,
        seen,
        answer: () => settle.answer(),
        refuse: (status: number) => settle.refuse(status),
      };
    }

    it('rings it together with the devices, and it wins by its own word', async () => {
      const uac = fakeUac();
      const { target: theMobile, answer, seen } = mobile();
      const outcome = new LegDialer(uac).dial([target('1'), theMobile], options());
      expect(seen.rung).toBe(1);
      answer();
      expect((await outcome).answeredBy).toBe(theMobile);
      expect(uac.calls[0]!.options.signal?.reason).toBe('answered elsewhere');
    });

    it('takes it back when a device answers', async () => {
      const uac = fakeUac();
      const { target: theMobile, seen } = mobile();
      const outcome = new LegDialer(uac).dial([target('2'), theMobile], options());
      uac.calls[0]!.answer();
      expect((await outcome).answeredBy?.extensionId).toBe('2');
      expect(seen.aborted).toBe('answered elsewhere');
    });

    it('lets go of one that answers in the same moment', async () => {
      const uac = fakeUac();
      const { target: theMobile, answer, seen } = mobile();
      const outcome = new LegDialer(uac).dial([target('2'), theMobile], options());
      uac.calls[0]!.answer();
      answer();
      expect((await outcome).answeredBy?.extensionId).toBe('2');
      await new Promise(setImmediate);
      expect([seen.lost, seen.byes]).toEqual([1, 1]);
    });

    it('begins when its delay is over, and in place of the devices stops that person’s alone', async () => {
      const uac = fakeUac();
      const { target: theMobile, refuse, seen } = mobile({ delayMs: 20, inPlaceOfDevices: true });
      const outcome = new LegDialer(uac).dial([target('1'), target('2'), theMobile], options());
      expect(seen.rung).toBe(0);
      await new Promise((resolve) => uac.calls[0]!.options.signal?.addEventListener('abort', resolve));
      expect([seen.rung, uac.calls[1]!.options.signal?.aborted]).toEqual([1, false]);
      refuse(480);
      uac.calls[1]!.refuse(486);
      expect(await outcome).toMatchObject({
        why: 'timeout',
        failures: [{ status: 408 }, { status: 480 }, { status: 486 }],
      });
    });

    it('begins at once where the person’s devices are through, or not there', async () => {
      const uac = fakeUac();
      const waiting = mobile({ delayMs: 60_000 });
      const alone = mobile({ delayMs: 60_000, extensionId: '3' });
      const outcome = new LegDialer(uac).dial([target('1'), waiting.target, alone.target], options());
      expect([waiting.seen.rung, alone.seen.rung]).toEqual([0, 1]);
      uac.calls[0]!.refuse(486);
      await new Promise(setImmediate);
      expect(waiting.seen.rung).toBe(1);
      alone.refuse(408);
      waiting.refuse(503);
      expect(await outcome).toMatchObject({ why: 'timeout' });
    });

    it('goes on ringing it when the devices’ time is over', async () => {
      const uac = fakeUac();
      const { target: theMobile, answer } = mobile();
      const outcome = new LegDialer(uac).dial([target('1'), theMobile], options({ timeoutMs: 20 }));
      await new Promise((resolve) => uac.calls[0]!.options.signal?.addEventListener('abort', resolve));
      answer();
      expect((await outcome).answeredBy).toBe(theMobile);
    });

    it('does not ring it for a person who declines on a device', async () => {
      const uac = fakeUac();
      const { target: theMobile, seen } = mobile({ delayMs: 60_000 });
      const outcome = new LegDialer(uac).dial([target('1'), theMobile], options());
      uac.calls[0]!.refuse(603);
      expect(await outcome).toMatchObject({ why: 'refused' });
      expect(seen.rung).toBe(0);
    });

    it('is cancelled with the rest', async () => {
      const { target: theMobile, seen } = mobile();
      const abort = new AbortController();
      const outcome = new LegDialer(fakeUac()).dial([theMobile], options({ signal: abort.signal }));
      abort.abort();
      expect(await outcome).toMatchObject({ why: 'cancelled', failures: [{ status: 487 }] });
      expect(seen.aborted).toBeDefined();
    });
  });

  it('rings nobody where nobody is registered', async () => {
    expect(await new LegDialer(fakeUac()).dial([], options())).toEqual({
      answeredBy: undefined,
      failures: [],
      why: 'nobody-registered',
    });
  });
});
