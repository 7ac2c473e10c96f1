import { Phone } from './phone.js';

/** Two phones that call each other directly. */
describe('a scripted phone', () => {
  let anna: Phone;
  let boris: Phone;

  beforeEach(async () => {
    boris = await Phone.open({ server: { ip: '127.0.0.1', port: 9 }, user: 'boris' });
    anna = await Phone.open({
      server: { ip: '127.0.0.1', port: boris.sipPort },
      user: 'anna',
      displayName: 'Anna',
    });
  });
  afterEach(() => Promise.all([anna.close(), boris.close()]));

  it('shows who calls, and sound passes both ways until one hangs up', async () => {
    const call = await anna.dial('boris', { toneHz: 600 });
    const ringing = await boris.incoming();
    expect(ringing.shown).toEqual({ name: 'Anna', user: 'anna' });
    expect((await call.ringing).status).toBe(180);
    const there = await ringing.answer(900);
    const here = await call.answered;
    const [heardHere, heardThere] = await Promise.all([here.audio.listen(200), there.audio.listen(200)]);
    expect(heardHere.samples).toHaveLength(1600);
    expect(Math.max(...heardThere.samples)).toBeGreaterThan(15_000);
    await there.hangUp();
    expect((await here.ended).by).toBe('remote');
    expect((await there.ended).by).toBe('local');
    expect(anna.received.join('\n')).toContain('BYE sip:');
  });

  it('hears keys', async () => {
    const call = await anna.dial('boris');
    const there = await (await boris.incoming()).answer();
    const here = await call.answered;
    here.audio.press('15#');
    while (there.audio.heardKeys.length < 3) await there.audio.listen(20);
    expect(there.audio.heardKeys).toBe('15#');
    await here.hangUp();
  });

  it('holds and resumes', async () => {
    const call = await anna.dial('boris');
    const there = await (await boris.incoming()).answer();
    const here = await call.answered;
    expect(await here.hold()).toBe('recvonly');
    expect(await here.resume()).toBe('sendrecv');
    expect((await there.audio.listen(100)).samples).toHaveLength(800);
    await here.hangUp();
  });

  it('sends an INVITE without SDP and answers in the ACK', async () => {
    const call = await anna.dial('boris', { offer: false, toneHz: 600 });
    const there = await (await boris.incoming()).answer(900);
    const here = await call.answered;
    await Promise.all([here.audio.listen(60), there.audio.listen(60)]);
    await here.hangUp();
  });

  it('gives up, refuses, and says with what status', async () => {
    const given = await anna.dial('boris');
    const ringing = await boris.incoming();
    await given.ringing;
    given.cancel();
    await ringing.cancelled;
    expect(await given.status()).toBe(487);
    const refused = await anna.dial('boris');
    (await boris.incoming()).refuse(486);
    expect(await refused.status()).toBe(486);
  });
});
