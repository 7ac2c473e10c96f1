import { differenceFinding, migrationsFinding } from './database.js';
import { readFrame, signInFinding } from './drachtio.js';
import { readMessage } from './esl.js';
import { codecsFinding, profileAddress, profileFinding, recordedFinding } from './freeswitch.js';
import { policyFinding, readReply, versionFinding } from './redis.js';

describe('PostgreSQL', () => {
  it.each([
    [0, '✓'],
    [-1000, '✓'],
    [1001, '✗'],
    [-90_000, '✗'],
  ])('its clock %d ms from ours is %s', (ms, mark) => expect(differenceFinding(ms).mark).toBe(mark));

  it.each([
    ['all applied', ['a', 'b'], '✓'],
    ['some to come', ['a'], '!'],
    ['of a newer release', ['a', 'b', 'c'], '✗'],
  ])('migrations: %s', (_, applied, mark) => expect(migrationsFinding(['a', 'b'], applied).mark).toBe(mark));
});

describe('Redis', () => {
  it('is read reply by reply, and waits for whole ones', () => {
    expect(readReply('+OK\r\n$2\r\nhi\r\n')).toEqual({ answer: '+OK\r\n', rest: '$2\r\nhi\r\n' });
    expect(readReply('*2\r\n$1\r\na\r\n$-1\r\nrest')?.rest).toBe('rest');
    expect(readReply('$5\r\nhel')).toBeUndefined();
    expect(readReply('*2\r\n$1\r\na\r\n')).toBeUndefined();
  });

  it.each([
    ['7.2.4', '✓'],
    ['6.2.1', '✗'],
    ['', '✗'],
  ])('version %p is %s', (version, mark) => expect(versionFinding(version).mark).toBe(mark));

  it.each([
    ['*2\r\n$16\r\nmaxmemory-policy\r\n$10\r\nnoeviction\r\n', '✓'],
    ['*2\r\n$16\r\nmaxmemory-policy\r\n$11\r\nallkeys-lru\r\n', '✗'],
    ['-ERR unknown command\r\n', '!'],
  ])('%p is %s', (answer, mark) => expect(policyFinding(answer).mark).toBe(mark));
});

describe('drachtio-server', () => {
  it('is read frame by frame', () => {
    expect(readFrame('3#abc2#de')).toEqual({ answer: 'abc', rest: '2#de' });
    expect(readFrame('12#abc')).toBeUndefined();
    expect(readFrame('1')).toBeUndefined();
  });

  it.each([
    ['id|response|ours|OK|udp/127.0.0.1:5060|v0.9.10|', '✓', '0.9.10'],
    ['id|response|ours|OK|udp/127.0.0.1:5060|v0.8.1|', '✗', 'too old'],
    ['id|response|ours|NO|incorrect secret', '✗', 'refuses the secret'],
  ])('%s', (frame, mark, text) => {
    const finding = signInFinding(frame, 'host:9022');
    expect(finding.mark).toBe(mark);
    expect(finding.text).toContain(text);
  });
});

describe('FreeSWITCH', () => {
  it('is read message by message, by the length it says', () => {
    const text = 'Content-Type: api/response\nContent-Length: 4\n\nпа\nContent-Type: x\n\n';
    expect(readMessage(text)).toEqual({
      answer: { headers: 'Content-Type: api/response\nContent-Length: 4', body: 'па' },
      rest: '\nContent-Type: x\n\n',
    });
    expect(readMessage('Content-Length: 9\n\nshort')).toBeUndefined();
  });

  const running = '             drachtio_mrf\tprofile\t  sip:mod_sofia@127.0.0.1:5080\tRUNNING (0)\n';
  it('says where its profile takes calls', () => {
    expect(profileFinding(running).mark).toBe('✓');
    expect(profileAddress(running)).toEqual({ ip: '127.0.0.1', port: 5080 });
    expect(profileFinding(running.replace('RUNNING', 'DOWN')).mark).toBe('✗');
    expect(profileFinding('0 profiles 0 aliases').mark).toBe('✗');
    expect(profileAddress('0 profiles 0 aliases')).toBeUndefined();
  });

  it('names the codecs that are not there', () => {
    const offer = 'm=audio 20000 RTP/AVP 8 0 9 101\r\na=rtpmap:101 telephone-event/8000\r\n';
    expect(codecsFinding(offer).text).toContain('lacks opus');
    expect(codecsFinding(`${offer}a=rtpmap:102 opus/48000/2\r\n`).mark).toBe('✓');
    expect(codecsFinding('m=audio 9080 RTP/AVP 101\r\n').text).toContain('PCMA, PCMU, G722, opus');
  });

  it('says where both parties would be recorded as one', () => {
    expect(recordedFinding({ channels: 2, rate: 8000 }).mark).toBe('✓');
    expect(recordedFinding({ channels: 1, rate: 8000 }).text).toContain('1 channel(s) at 8000 Hz');
    expect(recordedFinding({ channels: 2, rate: 48_000 }).text).toContain('2 channel(s) at 48000 Hz');
  });
});
