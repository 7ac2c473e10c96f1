import { readOffer } from './offer.js';
import type { StackRequest } from './stack.js';

const request = (body: string, contentType?: string) =>
  ({
    body,
    get: (name: string) => (name === 'content-type' ? contentType : undefined),
  }) as unknown as StackRequest;
const SDP = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';

describe('the offer of an INVITE', () => {
  it.each([
    ['SDP', SDP, 'application/sdp', { kind: 'sdp', sdp: SDP }],
    ['none', '', undefined, { kind: 'none' }],
    ['a picture', 'GIF', 'image/gif', { kind: 'not-sdp' }],
    ['a body without a type', SDP, undefined, { kind: 'not-sdp' }],
    ['video alone', SDP.replace('audio', 'video'), 'application/sdp', { kind: 'no-audio' }],
    ['audio switched off', SDP.replace('4000', '0'), 'application/sdp', { kind: 'no-audio' }],
    ['no SDP in spite of its type', 'hello', 'application/sdp', { kind: 'no-audio' }],
  ])('%s', (_, body, type, expected) => {
    expect(readOffer(request(body, type))).toEqual(expected);
  });

  it('is found among the parts of a multipart body', () => {
    const body = `--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n--b--`;
    expect(readOffer(request(body, 'multipart/mixed;boundary="b"'))).toMatchObject({ kind: 'sdp' });
  });
});
