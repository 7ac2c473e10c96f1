import { PCMA, PCMU } from './g711.js';
import { answerDirection, readSdp, SdpError, SdpWriter } from './sdp.js';

const sdp = (...media: string[]) =>
  ['v=0', 'o=- 1 1 IN IP4 10.0.0.1', 's=-', 'c=IN IP4 10.0.0.1', 't=0 0', ...media, ''].join('\r\n');
const AUDIO = ['m=audio 4000 RTP/AVP 0 8 96', 'a=rtpmap:96 telephone-event/8000'];

describe('SDP', () => {
  it('is read: where to, which codec, which events, which way', () => {
    expect(readSdp(sdp(...AUDIO, 'a=sendonly'))).toMatchObject({
      address: '10.0.0.1',
      port: 4000,
      codec: PCMA,
      eventType: 96,
      direction: 'sendonly',
    });
  });

  it('takes what stands at the session where the media line is silent, and the media line first', () => {
    const text = sdp('m=audio 4000 RTP/AVP 0', 'c=IN IP4 10.0.0.2').replace('t=0 0', 't=0 0\r\na=inactive');
    expect(readSdp(text)).toMatchObject({ address: '10.0.0.2', direction: 'inactive', codec: PCMU });
    expect(readSdp(text).eventType).toBeUndefined();
  });

  it('reads 0.0.0.0 as hold', () => {
    expect(readSdp(sdp(...AUDIO).replaceAll('c=IN IP4 10.0.0.1', 'c=IN IP4 0.0.0.0')).direction).toBe(
      'inactive',
    );
  });

  it.each([
    ['broken', ''],
    ['broken', 'v=0\r\ngarbage\r\n'],
    ['broken', 'v=0\r\ns=-\r\nm=audio 1 RTP/AVP 0\r\n'],
    ['unacceptable', sdp('m=audio 4000 RTP/AVP 18')],
    ['unacceptable', sdp('m=audio 4000 RTP/SAVP 0')],
    ['unacceptable', sdp('m=audio 0 RTP/AVP 0')],
    ['unacceptable', sdp('m=video 4000 RTP/AVP 0')],
    ['unacceptable', sdp()],
  ])('is %s: %j', (kind, text) => {
    try {
      readSdp(text);
      throw new Error('was accepted');
    } catch (error) {
      expect((error as SdpError).kind).toBe(kind);
    }
  });

  it.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ] as const)('answers %s with %s (RFC 3264 §6.1)', (offered, answered) => {
    expect(answerDirection(offered)).toBe(answered);
  });

  it("answers with one codec, the offer's event number, and port 0 for the lines it refuses", () => {
    const offer = readSdp(sdp('m=video 5000 RTP/AVP 34', ...AUDIO));
    const writer = new SdpWriter('127.0.0.1', 20_000);
    const answer = writer.answer(offer);
    expect(answer.split('\r\n').filter((row) => row.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 34',
      'm=audio 20000 RTP/AVP 8 96',
    ]);
    expect(readSdp(answer)).toMatchObject({ codec: PCMA, eventType: 96, direction: 'sendrecv' });
  });

  it('raises the version with each description', () => {
    const writer = new SdpWriter('127.0.0.1', 20_000);
    const versions = [writer.offer('sendrecv'), writer.offer('sendonly')].map(
      (text) => /^o=\S+ \d+ (\d+)/m.exec(text)?.[1],
    );
    expect(Number(versions[1]) - Number(versions[0])).toBe(1);
  });

  describe('of a browser', () => {
    const BROWSER = [
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126',
      'c=IN IP4 0.0.0.0',
      'a=candidate:1 1 udp 2113937151 10.0.0.7 50000 typ host generation 0',
      'a=candidate:2 1 udp 2113937151 5b3f.local 50001 typ host',
      'a=candidate:3 1 tcp 1518280447 10.0.0.7 9 typ host tcptype active',
      'a=ice-ufrag:abcd',
      'a=ice-pwd:abcdefghijklmnopqrstuvwx',
      'a=fingerprint:sha-256 AB:CD',
      'a=setup:actpass',
      'a=mid:audio0',
      'a=rtpmap:126 telephone-event/8000',
    ];
    const side = {
      ice: { ufrag: 'ours', password: 'secret' },
      fingerprint: { algorithm: 'sha-256', value: 'EF:01' },
      role: 'client' as const,
    };

    it('is read: the addresses that can be reached over UDP, credentials, certificate', () => {
      expect(readSdp(sdp(...BROWSER)).browser).toEqual({
        ice: { ufrag: 'abcd', password: 'abcdefghijklmnopqrstuvwx' },
        candidates: [{ address: '10.0.0.7', port: 50000 }],
        fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }],
        setup: 'actpass',
        mid: 'audio0',
        bundled: false,
      });
    });

    it('is no hold for its missing address', () => {
      expect(readSdp(sdp(...BROWSER)).direction).toBe('sendrecv');
    });

    it('is answered with its own mid, our certificate and our only address', () => {
      const answer = new SdpWriter('10.0.0.2', 6000, side).answer(readSdp(sdp(...BROWSER)));
      expect(answer.split('\r\n')).toEqual(
        expect.arrayContaining([
          'm=audio 6000 UDP/TLS/RTP/SAVPF 8 126',
          'a=mid:audio0',
          'a=setup:active',
          'a=ice-ufrag:ours',
          'a=fingerprint:sha-256 EF:01',
          'a=candidate:1 1 udp 2130706431 10.0.0.2 6000 typ host',
        ]),
      );
      expect(answer).not.toContain('a=group');
    });

    it('is a placeholder without ICE where it is inactive, and unacceptable where audio should flow', () => {
      const bare = ['m=audio 9 UDP/TLS/RTP/SAVPF 8'];
      expect(readSdp(sdp(...bare, 'a=inactive'))).toMatchObject({ placeholder: true });
      expect(() => readSdp(sdp(...bare))).toThrow(expect.objectContaining({ kind: 'unacceptable' }));
    });
  });
});
