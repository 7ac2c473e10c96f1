import { holdsAudio, readOffer } from './offer.js';
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

describe('hold', () => {
  const audio = (rows: string, session = 'c=IN IP4 127.0.0.1') =>
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n${session}\r\nm=video 0 RTP/AVP 34\r\na=inactive\r\nm=audio 4000 RTP/AVP 8\r\n${rows}`;
  it.each([
    ['sendrecv', audio('a=sendrecv\r\n'), false],
    ['no direction', audio(''), false],
    ['recvonly', audio('a=recvonly\r\n'), false],
    ['sendonly', audio('a=sendonly\r\n'), true],
    ['inactive', audio('a=inactive\r\n'), true],
    ['sendonly for the whole session', audio('', 'c=IN IP4 127.0.0.1\r\na=sendonly'), true],
    ['the audio itself says otherwise', audio('a=sendrecv\r\n', 'c=IN IP4 127.0.0.1\r\na=sendonly'), false],
    ['0.0.0.0', audio('', 'c=IN IP4 0.0.0.0'), true],
    ['0.0.0.0 for the audio alone', audio('c=IN IP4 0.0.0.0\r\n'), true],
    ['no audio', 'v=0\r\na=sendonly\r\n', false],
  ])('%s', (_, sdp, held) => {
    expect(holdsAudio(sdp)).toBe(held);
  });
});
