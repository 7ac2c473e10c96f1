import fc from 'fast-check';
import { parseSip, serialize, SipMessage, SipParseError } from './index.js';

const VALID = [
  'INVITE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/UDP a.example.com;branch=z9hG4bK1',
  'From: <sip:alice@example.com>;tag=1',
  'To: <sip:bob@example.com>',
  'Call-ID: 1@a',
  'CSeq: 1 INVITE',
];

const message = (lines: string[], body = ''): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);

const statusOf = (bytes: Buffer): number => {
  try {
    parseSip(bytes);
  } catch (error) {
    if (error instanceof SipParseError) return error.status;
    throw error;
  }
  return 0;
};

const token = fc.string({
  unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~"),
  minLength: 1,
  maxLength: 20,
});
const line = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .map((text) => text.replace(/[\r\n]/g, ' ').trim());

const request = fc
  .record({
    method: fc.constantFrom('INVITE', 'OPTIONS', 'REGISTER', 'X-Odd'),
    branch: token,
    tag: token,
    callId: token,
    seq: fc.nat({ max: 0x7fffffff }),
    extra: fc.array(
      fc.tuple(
        token.map((name) => `X-${name}`),
        line,
      ),
      { maxLength: 8 },
    ),
    body: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ method, branch, tag, callId, seq, extra, body }) => {
    const made = SipMessage.request(method, 'sip:bob@example.com', {}, Buffer.from(body));
    made.add('Via', `SIP/2.0/TCP h.example.com:5070;branch=z9hG4bK${branch}`);
    made.add('From', `"A" <sip:a@example.com>;tag=${tag}`).add('To', '<sip:b@example.com>');
    made.add('Call-ID', callId).add('CSeq', `${seq} ${method}`);
    for (const [name, value] of extra) made.add(name, value);
    return made;
  });

describe('the parser', () => {
  it('reads what the serializer writes, byte for byte', () => {
    fc.assert(
      fc.property(request, (made) => {
        const read = parseSip(serialize(made));
        expect(read.method).toBe(made.method);
        expect(read.headers.filter(({ key }) => key !== 'content-length')).toEqual(made.headers);
        expect(Buffer.compare(read.body, made.body)).toBe(0);
        expect(serialize(read)).toEqual(serialize(made));
      }),
    );
  });

  it('never throws anything but SipParseError, whatever comes', () => {
    const valid = message(VALID);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc
            .tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 }))
            .map(([at, byte]) => Buffer.from(valid).fill(byte, at, at + 1)),
        ),
        (bytes) => {
          expect(typeof statusOf(bytes)).toBe('number');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps compact names as they came and finds them by either', () => {
    const read = parseSip(
      message([
        'INVITE sip:b@c SIP/2.0',
        'v: SIP/2.0/UDP a;branch=z9hG4bK1',
        'f: sip:a@a;tag=1',
        't: sip:b@b',
        'i: 1',
        'CSeq: 1 INVITE',
        's: hello',
      ]),
    );
    expect(read.get('subject')).toBe('hello');
    expect(read.get('s')).toBe('hello');
    expect(serialize(read).toString()).toContain('\r\ns: hello\r\n');
  });

  it('joins folded lines with one space', () => {
    const read = parseSip(message([...VALID, 'Subject: one', '\t two', '  three']));
    expect(read.get('subject')).toBe('one two three');
  });

  it('keeps header fields that stand several times on lines of their own', () => {
    const read = parseSip(message([...VALID, 'Route: <sip:a;lr>, <sip:b;lr>', 'Route: <sip:c;lr>']));
    expect(read.getAll('route')).toEqual(['<sip:a;lr>, <sip:b;lr>', '<sip:c;lr>']);
  });

  it.each([
    ['a lone LF in a value (no header is smuggled in)', [...VALID, 'X-A: 1\nX-B: 2'], 400],
    ['a header without a name', [...VALID, ': 1'], 400],
    ['no Call-ID', VALID.filter((one) => !one.startsWith('Call-ID')), 400],
    ['two From', [...VALID, 'From: <sip:m@example.com>;tag=2'], 400],
    ['CSeq of another method', VALID.map((one) => one.replace('1 INVITE', '1 BYE')), 400],
    ['SIP/3.0', VALID.map((one) => one.replace('com SIP/2.0', 'com SIP/3.0')), 505],
    ['Max-Forwards 256', [...VALID, 'Max-Forwards: 256'], 400],
    ['too many headers', [...VALID, ...Array.from({ length: 300 }, (_, i) => `X-${i}: 1`)], 513],
  ])('%s', (_title, lines, status) => {
    expect(statusOf(message(lines))).toBe(status);
  });

  it('cuts a datagram at Content-Length and refuses one that is shorter', () => {
    expect(parseSip(message([...VALID, 'Content-Length: 3'], 'abcdef')).text).toBe('abc');
    expect(statusOf(message([...VALID, 'Content-Length: 7'], 'abcdef'))).toBe(400);
  });
});
