import { randomUUID } from 'node:crypto';
import { statusOf } from '../support/raw-sip.js';
import { challengeOf, digestOf, headerOf, SipPhone, type DigestAnswer } from './sip-phone.js';
import { startSipRig, type SipRig } from './sip-rig.js';

const right = (user: string, algorithm: DigestAnswer['algorithm'] = 'MD5'): DigestAnswer => ({
  user,
  password: `secret${user}`,
  algorithm,
});

describe('the registrar', () => {
  let rig: SipRig;
  const phones: SipPhone[] = [];
  const phone = async (user: string) => {
    const made = await SipPhone.at(rig.sipPort, user);
    phones.push(made);
    return made;
  };

  beforeAll(async () => {
    rig = await startSipRig();
  }, 30_000);
  afterEach(() => {
    for (const one of phones.splice(0)) one.close();
    for (const id of ['e101', 'e102', 'e103']) rig.location.replace('c1', id, []);
  });
  afterAll(() => rig.stop());

  it.each(['MD5', 'SHA-256'] as const)('takes a phone that knows %s', async (algorithm) => {
    const p = await phone('101');
    const answer = await p.register(right('101', algorithm));
    expect(statusOf(answer)).toBe(200);
    expect(headerOf(answer, 'Contact')).toMatch(new RegExp(`${p.contact};expires=300`));
    expect(rig.location.targetsOf('e101')).toEqual([
      { extensionId: 'e101', media: 'rtp', uri: p.contact.slice(1, -1) },
    ]);
  });

  it('offers SHA-256 before MD5 in one header line', async () => {
    const { final } = await (await phone('101')).request('REGISTER', { headers: ['Contact: *'] });
    const lines = (await final).match(/^WWW-Authenticate:.*$/gim) ?? [];
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/SHA-256.*MD5/);
  });

  it('says stale to a used count and to a nonce of yesterday, and to nothing else', async () => {
    const p = await phone('101');
    const uri = `sip:127.0.0.1:${rig.sipPort}`;
    const callId = randomUUID();
    const send = async (authorization?: string) => {
      const { final } = await p.request('REGISTER', {
        uri,
        callId,
        headers: [
          `Contact: ${p.contact}`,
          'Expires: 60',
          ...(authorization ? [`Authorization: ${authorization}`] : []),
        ],
      });
      return final;
    };
    const first = challengeOf(await send());
    expect(first.stale).toBe(false);
    expect(statusOf(await send(digestOf(first, 'REGISTER', uri, right('101'))))).toBe(200);
    const replayed = await send(digestOf(first, 'REGISTER', uri, right('101')));
    expect(statusOf(replayed)).toBe(401);
    expect(challengeOf(replayed).stale).toBe(true);
    expect(statusOf(await send(digestOf(first, 'REGISTER', uri, { ...right('101'), nc: '00000002' })))).toBe(
      200,
    );
    const foreign = await send(digestOf({ ...first, nonce: 'AAAA' }, 'REGISTER', uri, right('101')));
    expect(challengeOf(foreign).stale).toBe(true);
    const wrong = await send(digestOf(first, 'REGISTER', uri, { ...right('101'), password: 'no' }));
    expect(statusOf(wrong)).toBe(401);
    expect(challengeOf(wrong).stale).toBe(false);
  });

  it('answers an unknown extension exactly as a wrong password', async () => {
    const shape = (text: string) =>
      text
        .split('\r\n')
        .filter((line) => !/^(Via|From|To|Call-ID|Date)/i.test(line))
        .map((line) => line.replace(/nonce="[^"]*"/g, 'nonce=""'));
    const known = await phone('102');
    const unknown = await phone('999');
    const wrong = { password: 'guess', algorithm: 'MD5' } as const;
    expect(shape(await known.register({ ...wrong, user: '102' }))).toEqual(
      shape(await unknown.register({ ...wrong, user: '999' })),
    );
  });

  it('locks a user out after ten wrong passwords, and nobody else at that address', async () => {
    const p = await phone('103');
    const other = await phone('101');
    for (let i = 0; i < 10; i++) {
      expect(statusOf(await p.register({ ...right('103'), password: `guess${i}` }))).toBe(401);
    }
    const { final } = await p.request('REGISTER', { headers: [`Contact: ${p.contact}`] });
    expect(statusOf(await final)).toBe(403);
    expect(statusOf(await other.register(right('101')))).toBe(200);
  }, 20_000);

  it('takes as many devices as allowed, and says so to the next', async () => {
    const [a, b, c] = [await phone('101'), await phone('101'), await phone('101')];
    expect(statusOf(await a.register(right('101')))).toBe(200);
    expect(statusOf(await b.register(right('101')))).toBe(200);
    const third = await c.register(right('101'));
    expect(third).toMatch(/^SIP\/2\.0 403 Too Many Devices/);
    expect(rig.location.targetsOf('e101')).toHaveLength(2);
    expect(statusOf(await a.register(right('101')))).toBe(200);
  });

  it('replaces the binding of a phone that comes back from elsewhere (instance-id)', async () => {
    const [before, after] = [await phone('101'), await phone('101')];
    const contact = (p: SipPhone) => `${p.contact};+sip.instance="<urn:uuid:1>";reg-id=1`;
    await before.register(right('101'), { contact: contact(before) });
    await after.register(right('101'), { contact: contact(after) });
    expect(rig.location.targetsOf('e101').map(({ uri }) => uri)).toEqual([after.contact.slice(1, -1)]);
  });

  it('takes away one contact with expires=0 and all with *', async () => {
    const [a, b] = [await phone('101'), await phone('101')];
    await a.register(right('101'));
    await b.register(right('101'));
    // The one that is gone is named first: drachtio-server forgets the connection that it came by.
    const answer = await a.register(right('101'), { expires: 0 });
    expect(headerOf(answer, 'Contact')).toMatch(
      new RegExp(`^${a.contact};expires=0, ${b.contact};expires=\\d\\d`),
    );
    expect(rig.location.targetsOf('e101')).toHaveLength(1);
    const none = await b.register(right('101'), { contact: '*', expires: 0 });
    expect(headerOf(none, 'Contact')).toBe('');
    expect(rig.location.targetsOf('e101')).toHaveLength(0);
  });

  it('sends a phone behind NAT its calls where its REGISTER came from', async () => {
    const p = await phone('101');
    await p.register(right('101'), { contact: '<sip:101@192.168.77.7:5066>' });
    expect(rig.location.targetsOf('e101')).toEqual([
      {
        extensionId: 'e101',
        media: 'rtp',
        uri: 'sip:101@192.168.77.7:5066',
        proxy: `sip:127.0.0.1:${p.raw.port};transport=udp`,
      },
    ]);
  });

  it('keeps the Path and gives it back to who understands it', async () => {
    const p = await phone('101');
    const answer = await p.register(right('101'), {
      headers: ['Path: <sip:proxy.example;lr>', 'Supported: path'],
    });
    expect(headerOf(answer, 'Path')).toBe('<sip:proxy.example;lr>');
    expect(rig.location.targetsOf('e101')[0]?.route).toBe('<sip:proxy.example;lr>');
  });

  it.each([
    ['423 with Min-Expires to too short a time', { expires: 5 }, 423],
    ['400 to a contact that is no SIP address', { contact: '<mailto:a@b>' }, 400],
    ['420 to a Require it does not know', { headers: ['Require: moonlight'] }, 420],
  ])('answers %s', async (_, options, status) => {
    const p = await phone('101');
    const uri = `sip:127.0.0.1:${rig.sipPort}`;
    if (status === 420) {
      const { final } = await p.request('REGISTER', { uri, headers: ['Require: moonlight'] });
      return expect(headerOf(await final, 'Unsupported')).toBe('moonlight');
    }
    const answer = await p.register(right('101'), options);
    expect(statusOf(answer)).toBe(status);
    if (status === 423) expect(headerOf(answer, 'Min-Expires')).toBe('30');
  });

  it('answers OPTIONS with what it allows', async () => {
    const { final } = await (await phone('101')).request('OPTIONS');
    const answer = await final;
    expect(statusOf(answer)).toBe(200);
    expect(headerOf(answer, 'Allow')).toMatch(/INVITE.*REGISTER/);
  });
});
