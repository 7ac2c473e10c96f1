import fc from 'fast-check';
import { appHeader, atLocal, parseAppMessage, spell } from './app-message.js';
import { FrameError, FrameReader, metaOf, readFrame, writeFrame } from './frames.js';

describe('frames of the admin protocol', () => {
  it('are found however the bytes are cut, and lengths count bytes', () => {
    const texts = ['a|ping', 'b|sip|t|\r\nSIP/2.0 200 OK\r\n\r\nпривет', 'c|route|invite'];
    const all = Buffer.from(texts.map(writeFrame).join(''));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: all.length }), { maxLength: 10 }), (cuts) => {
        const reader = new FrameReader();
        const found: string[] = [];
        let at = 0;
        for (const end of [...cuts.sort((a, b) => a - b), all.length]) {
          found.push(...reader.push(all.subarray(at, end)));
          at = end;
        }
        expect(found).toEqual(texts);
      }),
    );
  });

  it.each(['hello#', '123456#x', 'no length at all', '-1#x', '#x'])('«%s» is no frame', (text) => {
    expect(() => new FrameReader().push(Buffer.from(text))).toThrow(FrameError);
  });

  it('an unfinished length is waited for', () => {
    const reader = new FrameReader();
    expect([reader.push(Buffer.from('6')), reader.push(Buffer.from('#a|ping'))]).toEqual([[], ['a|ping']]);
  });

  it('tokens and payload are told apart', () => {
    expect(readFrame('id|sip|txn|dlg;from-tag=1\r\nBYE sip:x SIP/2.0\r\n\r\n')).toMatchObject({
      id: 'id',
      kind: 'sip',
      tokens: ['id', 'sip', 'txn', 'dlg;from-tag=1'],
      payload: 'BYE sip:x SIP/2.0\r\n\r\n',
    });
  });

  it('WebSocket is told as the stream below it', () => {
    const flow = { protocol: 'ws', address: '127.0.0.1', port: 5 } as const;
    expect(metaOf('network', 'ä', flow)).toMatch(/^network\|2\|tcp\|127\.0\.0\.1\|5\|\d\d:\d\d:\d\d\.\d{6}$/);
  });
});

describe('messages of an application', () => {
  it('the body goes to the end of the frame: the library counts characters, not bytes', () => {
    const read = parseAppMessage('SIP/2.0 200 OK\r\ncall-id: 1\r\nContent-Length: 2\r\n\r\nпривет');
    expect(read).toMatchObject({ status: 200, reason: 'OK', body: 'привет' });
  });

  it('a line end inside a value smuggles no header in', () => {
    const read = parseAppMessage('OPTIONS sip:x SIP/2.0\r\nsubject: a\rX-B: c\r\n\r\n')!;
    expect(read.headers).toHaveLength(1);
    expect(appHeader(read, 'subject')).toBe('a X-B: c');
  });

  it('what has no start line is no message', () => {
    expect(parseAppMessage('hello')).toBeUndefined();
  });

  it.each([
    ['call-id', 'Call-ID'],
    ['www-authenticate', 'WWW-Authenticate'],
    ['retry-after', 'Retry-After'],
    ['X-Own-Way', 'X-Own-Way'],
  ])('%s is spelled %s', (name, spelled) => {
    expect(spell(name)).toBe(spelled);
  });

  it.each([
    ['<sip:101@localhost>', '<sip:101@127.0.0.1:5060>'],
    ['"a" <sip:localhost;transport=tcp>', '"a" <sip:127.0.0.1:5060;transport=tcp>'],
    ['sip:a@localhost.example.com', 'sip:a@localhost.example.com'],
  ])('%s leaves as %s', (value, left) => {
    expect(atLocal(value, '127.0.0.1:5060')).toBe(left);
  });
});
