import type { SipDialog } from './dialog.js';
import { LegDialer, type DialOptions } from './leg-dialer.js';
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

const target = (extensionId: string, uri = `sip:${extensionId}@h`) => ({ extensionId, uri });
const options = (over: Partial<DialOptions> = {}): DialOptions => ({
  offer: 'v=0',
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

  it('rings nobody where nobody is registered', async () => {
    expect(await new LegDialer(fakeUac()).dial([], options())).toEqual({
      answeredBy: undefined,
      failures: [],
      why: 'nobody-registered',
    });
  });
});
