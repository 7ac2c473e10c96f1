import { Dialog, parseUri, SipMessage, type SipFlow } from './index.js';
import { nameAddr, splitList } from './header-values.js';

const FLOW: SipFlow = { protocol: 'udp', address: '127.0.0.1', port: 5070 };
const UDP_ONLY = { reaches: (flow: SipFlow) => flow.protocol === 'udp' };

function invite(headers: [string, string][] = []): SipMessage {
  const made = SipMessage.request('INVITE', 'sip:bob@example.com');
  made.add('Via', 'SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1');
  made.add('From', '"Alice" <sip:alice@a.example.com>;tag=aa').add('To', '<sip:bob@example.com>');
  made.add('Call-ID', 'c1').add('CSeq', '7 INVITE').add('Contact', '<sip:alice@127.0.0.1:5070>');
  for (const [name, value] of headers) made.add(name, value);
  return made;
}

describe('a dialog (RFC 3261 §12)', () => {
  it('of a UAS: tags, target and the route set in the order of Record-Route', () => {
    const dialog = Dialog.ofUas(
      invite([
        ['Record-Route', '<sip:p1;lr>, <sip:p2;lr>'],
        ['Record-Route', '<sip:p3;lr>'],
      ]),
      'bb',
      FLOW,
    );
    expect(dialog.id).toBe('c1|bb|aa');
    const bye = dialog.request('BYE');
    expect(bye.uri).toBe('sip:alice@127.0.0.1:5070');
    expect(bye.getAll('route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>']);
    expect([bye.fromTag, bye.toTag, bye.get('cseq')]).toEqual(['bb', 'aa', '1 BYE']);
  });

  it('of a UAC: the route set is turned round, the sequence goes on, ACK has its INVITE’s number', () => {
    const response = SipMessage.response(200, 'OK').add('To', '<sip:bob@example.com>;tag=bb');
    response.add('Record-Route', '<sip:p1;lr>, <sip:p2;lr>').add('Contact', '<sip:bob@127.0.0.1:5080>');
    const dialog = Dialog.ofUac(invite(), response, FLOW);
    expect(dialog.request('ACK', {}, 7).get('cseq')).toBe('7 ACK');
    expect(dialog.request('BYE').get('cseq')).toBe('8 BYE');
    expect(dialog.request('BYE').getAll('route')).toEqual(['<sip:p2;lr>', '<sip:p1;lr>']);
  });

  it('a strict router gets its own URI in the request line (§12.2.1.1)', () => {
    const dialog = Dialog.ofUas(
      invite([
        ['Record-Route', '<sip:strict.example.com>'],
        ['Record-Route', '<sip:p2;lr>'],
      ]),
      'bb',
      FLOW,
    );
    const bye = dialog.request('BYE');
    expect(bye.uri).toBe('sip:strict.example.com');
    expect(bye.getAll('route')).toEqual(['<sip:p2;lr>', '<sip:alice@127.0.0.1:5070>']);
  });

  it('a lower sequence number is out of order', () => {
    const dialog = Dialog.ofUas(invite(), 'bb', FLOW);
    const later = invite().set('CSeq', '9 INFO');
    expect([dialog.acceptSeq(later), dialog.acceptSeq(invite()), dialog.acceptSeq(later)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('the next hop: the open connection, the first route, the target, or where a private Contact came from', async () => {
    const direct = Dialog.ofUas(invite(), 'bb', FLOW);
    expect(await direct.nextHop(UDP_ONLY)).toMatchObject({ address: '127.0.0.1', port: 5070 });
    const routed = Dialog.ofUas(
      invite([['Record-Route', '<sip:127.0.0.9:5099;lr;transport=tcp>']]),
      'bb',
      FLOW,
    );
    expect(await routed.nextHop(UDP_ONLY)).toMatchObject({
      protocol: 'tcp',
      address: '127.0.0.9',
      port: 5099,
    });
    const socket: SipFlow = { protocol: 'ws', address: '127.0.0.1', port: 40_000, connectionId: 3 };
    const browser = Dialog.ofUas(
      invite().set('Contact', '<sip:x@made-up.invalid;transport=ws>'),
      'bb',
      socket,
    );
    expect(await browser.nextHop({ reaches: () => true })).toBe(socket);
    expect(() => browser.nextHop({ reaches: () => false })).toThrow('made up');
    const behindNat = Dialog.ofUas(invite().set('Contact', '<sip:x@192.168.1.5:5060>'), 'bb', FLOW);
    expect(await behindNat.nextHop(UDP_ONLY)).toBe(FLOW);
  });
});

describe('header values', () => {
  it('a list is cut at its commas, not at those within quotes or <>', () => {
    expect(splitList('"a, b" <sip:x;y=1,2>;q=1, <sip:z>')).toEqual(['"a, b" <sip:x;y=1,2>;q=1', '<sip:z>']);
  });

  it('without <> parameters belong to the header, within them to the URI', () => {
    expect(nameAddr('sip:a@b;tag=1')).toMatchObject({ uri: 'sip:a@b', params: new Map([['tag', '1']]) });
    expect(nameAddr('"x \\" y" <sip:a@b;lr>;tag=1')).toMatchObject({
      displayName: 'x " y',
      uri: 'sip:a@b;lr',
    });
  });

  it.each([
    ['sip:a@[::1]:5070;transport=tcp', { host: '[::1]', port: 5070, user: 'a' }],
    ['sips:example.com', { scheme: 'sips', host: 'example.com', port: undefined, user: '' }],
    ['sip:user;par=u%40example.net@example.com', { user: 'user;par=u%40example.net', host: 'example.com' }],
  ])('%s is read', (text, expected) => {
    expect(parseUri(text)).toMatchObject(expected);
  });

  it.each(['tel:+7495', 'sip:', 'sip:a@b:99999', 'http://x', ''])('«%s» is no SIP URI', (text) => {
    expect(parseUri(text)).toBeUndefined();
  });
});
