import { isOfBrowser, withCheapestCandidates, withDtlsRole } from './browser-sdp.js';

const sdp = (setup: string) =>
  `m=audio 10798 RTP/SAVPF 8\r\na=recvonly\r\na=setup:${setup}\r\na=rtcp-mux\r\n`;

describe('the DTLS role in an answer', () => {
  it('is passive where the media server repeats its offer', () => {
    expect(withDtlsRole(sdp('actpass'))).toBe(sdp('passive'));
  });

  it.each(['active', 'passive'])('stays where it is %s', (setup) => {
    expect(withDtlsRole(sdp(setup))).toBe(sdp(setup));
  });
});

test('a browser is known by its fingerprint, whatever profile its line has', () => {
  const fingerprint = 'a=fingerprint:sha-256 5D:76:43:AB\r\n';
  expect(isOfBrowser(`m=audio 9 RTP/SAVPF 8\r\n${fingerprint}`)).toBe(true);
  expect(isOfBrowser(`m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n${fingerprint}`)).toBe(true);
  expect(isOfBrowser('m=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n')).toBe(false);
});

describe('the candidates that a media server chooses from', () => {
  const candidate = (address: string, more = '') =>
    `a=candidate:1 1 udp 2122194687 ${address} 50000 typ host generation 0${more}`;
  const LAN = candidate('192.0.2.2');
  const VPN = candidate('10.8.0.2', ' network-id 3 network-cost 50');
  const sdpWith = (...candidates: string[]) =>
    ['m=audio 50000 RTP/SAVPF 8', ...candidates, 'a=rtcp-mux', ''].join('\r\n');

  it('are those of the network that the browser would itself take', () => {
    expect(withCheapestCandidates(sdpWith(VPN, LAN))).toBe(sdpWith(LAN));
  });

  it('are all where none is better, and none where there are none', () => {
    for (const sdp of [sdpWith(VPN, VPN), sdpWith(LAN, LAN), sdpWith()])
      expect(withCheapestCandidates(sdp)).toBe(sdp);
  });
});
