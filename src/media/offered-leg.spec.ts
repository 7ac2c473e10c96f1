import { inactiveAnswer } from './offered-leg.js';

const OFFER = [
  'v=0',
  'o=FreeSWITCH 1 2 IN IP4 127.0.0.1',
  's=FreeSWITCH',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 20000 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  '',
].join('\r\n');

describe('the answer that acknowledges a media server’s offer', () => {
  it('takes its codecs and carries no audio yet', () => {
    const answer = inactiveAnswer(OFFER);
    expect(answer).toContain('m=audio 9 RTP/AVP 8 0 101\r\n');
    expect(answer).toContain('a=rtpmap:101 telephone-event/8000\r\n');
    expect(answer).toContain('a=inactive\r\n');
    expect(answer).not.toContain('20000');
  });

  it('speaks of ICE to a media server that does, and of no key', () => {
    const answer = inactiveAnswer(`${OFFER}a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n`);
    expect(answer).toMatch(/^a=ice-ufrag:(?!abcd)/m);
    expect(answer).not.toContain('a=fingerprint');
    expect(inactiveAnswer(OFFER)).not.toContain('a=ice');
  });

  it('is refused where nothing is offered', () => {
    expect(() => inactiveAnswer('v=0\r\n')).toThrow('offered no audio');
  });
});
