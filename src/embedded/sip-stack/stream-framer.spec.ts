import fc from 'fast-check';
import { StreamFramer } from './stream-framer.js';

const MESSAGES = ['', 'body', 'ünïcode\r\n\r\nCSeq: 1'].map((body) =>
  Buffer.from(`OPTIONS sip:a SIP/2.0\r\nl : ${Buffer.byteLength(body)}\r\nSubject: x\r\n\r\n${body}`),
);

function framer(maxBytes = 10_000) {
  const seen = { messages: [] as string[], pings: 0, broken: [] as string[] };
  const it = new StreamFramer(maxBytes, {
    message: (bytes) => seen.messages.push(bytes.toString()),
    ping: () => seen.pings++,
    broken: (_head, why) => seen.broken.push(why),
  });
  return { it, seen };
}

describe('the stream framer', () => {
  it('finds the same messages however the bytes are cut', () => {
    const all = Buffer.concat(MESSAGES);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: all.length }), { maxLength: 12 }), (cuts) => {
        const { it, seen } = framer();
        const ends = [...cuts.sort((a, b) => a - b), all.length];
        let at = 0;
        for (const end of ends) {
          it.push(all.subarray(at, end));
          at = end;
        }
        expect(seen.messages).toEqual(MESSAGES.map(String));
      }),
    );
  });

  it('answers a double CRLF between messages (RFC 5626 §4.4.1)', () => {
    const { it, seen } = framer();
    it.push(Buffer.from('\r\n\r\n'));
    it.push(MESSAGES[1]!);
    it.push(Buffer.from('\r\n\r\n\r\n\r\n'));
    expect(seen).toMatchObject({ pings: 3, broken: [] });
    expect(seen.messages).toHaveLength(1);
  });

  it.each([
    ['no Content-Length', 'OPTIONS sip:a SIP/2.0\r\nSubject: x\r\n\r\n'],
    ['two of them', 'OPTIONS sip:a SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\nx'],
    ['a negative one', 'OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n'],
    ['a body beyond the bound', 'OPTIONS sip:a SIP/2.0\r\nl: 99999\r\n\r\n'],
    ['headers without an end', `OPTIONS sip:a SIP/2.0\r\nX: ${'x'.repeat(20_000)}`],
  ])('gives the stream up: %s', (_title, text) => {
    const { it, seen } = framer();
    it.push(Buffer.from(text));
    it.push(MESSAGES[0]!);
    expect(seen.messages).toEqual([]);
    expect(seen.broken).toHaveLength(1);
  });
});
