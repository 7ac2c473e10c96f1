import { configureLog } from '../common/log.js';
import { DialogRefer, readReferTo } from './refer.js';
import type { StackReply, StackRequest } from './stack.js';

describe('Refer-To', () => {
  it.each([
    ['<sip:102@127.0.0.1>', { user: '102' }],
    ['"A colleague" <sip:102@127.0.0.1;method=INVITE>', { user: '102' }],
    ['sip:102@127.0.0.1', { user: '102' }],
    [
      '<sip:102@127.0.0.1?Replaces=a%2Bb%40phone%3Bto-tag%3Dours%3Bfrom-tag%3Dtheirs>',
      { user: '102', replaces: { sipCallId: 'a+b@phone', toTag: 'ours', fromTag: 'theirs' } },
    ],
    [
      '<sip:102@127.0.0.1?replaces=a@phone;from-tag=theirs;to-tag=ours;early-only>',
      { user: '102', replaces: { sipCallId: 'a@phone', toTag: 'ours', fromTag: 'theirs' } },
    ],
    ['<tel:+79161230001>', { user: '+79161230001' }],
  ])('%s', (header, expected) => {
    expect(readReferTo(header)).toEqual({ replaces: undefined, ...expected });
  });

  it.each([
    undefined,
    '',
    'nonsense',
    '<sip:102@127.0.0.1;method=BYE>',
    '<sip:102@127.0.0.1>, <sip:103@127.0.0.1>',
    '<sip:102@127.0.0.1?Replaces=a%40phone>',
  ])('%s names nobody', (header) => {
    expect(readReferTo(header)).toBeUndefined();
  });
});

describe('a REFER', () => {
  function refer(headers: Record<string, string>, isFirst = true) {
    configureLog('silent');
    const sent: string[] = [];
    const reply = {
      finalResponseSent: false,
      send: (status: number, _: string, options: { headers?: object }) =>
        void sent.push(`${status} ${Object.keys(options.headers ?? {}).join()}`),
    };
    const one = new DialogRefer(
      { get: (name: string) => headers[name] } as StackRequest,
      reply as unknown as StackReply,
      '<sip:us>',
      isFirst,
      async (options) => {
        sent.push(`${options.headers?.['Event']} ${options.headers?.['Subscription-State']} ${options.body}`);
        if (headers['gone']) throw new Error('481');
        return { status: 200 };
      },
    );
    const settled = () => new Promise((done) => setImmediate(done));
    return { one, sent, settled };
  }
  const TO = { 'refer-to': '<sip:102@h>', cseq: '7 REFER' };

  it('is reported on until the last word, in order', async () => {
    const { one, sent, settled } = refer(TO);
    one.accept();
    one.notify(180);
    one.notify(486);
    one.notify(200);
    await settled();
    expect(sent).toEqual([
      '202 Contact',
      'refer active;expires=180 SIP/2.0 100 Trying\r\n',
      'refer active;expires=180 SIP/2.0 180 Ringing\r\n',
      'refer terminated;reason=noresource SIP/2.0 486 Busy Here\r\n',
    ]);
  });

  it('that is not its dialog’s first is named in its reports', async () => {
    const { one, sent, settled } = refer(TO, false);
    one.accept();
    await settled();
    expect(sent[1]).toMatch(/^refer;id=7 /);
  });

  it.each<Record<string, string>>([{ 'refer-sub': 'false' }, { require: 'norefersub' }])(
    '%j is not reported on',
    async (header) => {
      const { one, sent, settled } = refer({ ...TO, ...header });
      one.accept();
      one.notify(200);
      await settled();
      expect(sent).toEqual(['202 Contact,Refer-Sub']);
    },
  );

  it('of a party that is gone hurts nobody', async () => {
    const { one, sent, settled } = refer({ ...TO, gone: 'yes' });
    one.accept();
    one.notify(200);
    await settled();
    expect(sent).toHaveLength(3);
  });
});
