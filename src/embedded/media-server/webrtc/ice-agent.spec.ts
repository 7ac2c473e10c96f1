import { classes, Message, methods } from 'werift';
import { IceAgent } from './ice-agent.js';
import type { IceCredentials, TransportAddress } from './messages.js';

const BROWSER: TransportAddress = { address: '192.0.2.1', port: 5000 };
const BROWSER_TOO: TransportAddress = { address: '192.0.2.9', port: 5000 };
const OURS: TransportAddress = { address: '192.0.2.2', port: 6000 };
const STRANGER: TransportAddress = { address: '198.51.100.1', port: 7000 };
const our: IceCredentials = { ufrag: 'ours', password: 'the password of ours, long' };
const their: IceCredentials = { ufrag: 'theirs', password: 'the password of theirs, long' };

/** Two agents whose packets meet at once; what either sends to a place nobody is at is lost. */
function pair(roles: { our: boolean; their: boolean }, theirPlaces = [BROWSER]) {
  const selected: { ours?: TransportAddress; theirs?: TransportAddress } = {};
  /** Which of its places the browser speaks from. */
  let from = theirPlaces[0]!;
  const us: IceAgent = new IceAgent({
    credentials: our,
    controlling: roles.our,
    send: (packet, to) => {
      const place = theirPlaces.find(({ address }) => address === to.address);
      if (!place) return;
      setImmediate(() => {
        from = place; // answered at once, from there
        them.receive(packet, OURS);
        from = theirPlaces[0]!;
      });
    },
    onSelected: (to) => (selected.ours = to),
  });
  const them: IceAgent = new IceAgent({
    credentials: their,
    controlling: roles.their,
    send: (packet) => {
      const source = from;
      setImmediate(() => us.receive(packet, source));
    },
    onSelected: (to) => (selected.theirs = to),
  });
  const agents = [us, them];
  return { us, them, selected, close: () => agents.forEach((agent) => agent.close()) };
}

const rounds = async (count = 30) => {
  for (let round = 0; round < count; round++) await new Promise((resolve) => setImmediate(resolve));
};

function check(password: string, attributes: (request: Message) => void = () => undefined): Buffer {
  const request = new Message(methods.BINDING, classes.REQUEST)
    .setAttribute('USERNAME', `${our.ufrag}:${their.ufrag}`)
    .setAttribute('PRIORITY', 1)
    .setAttribute('ICE-CONTROLLING', 2n ** 63n);
  attributes(request);
  return request.addMessageIntegrity(Buffer.from(password)).addFingerprint().bytes;
}

const checkWith = ({ ufrag, password }: IceCredentials): Buffer =>
  check(password, (request) =>
    request.setAttribute('USERNAME', `${ufrag}:${their.ufrag}`).setAttribute('USE-CANDIDATE', null),
  );

describe('ICE', () => {
  it.each([
    ['we control', { our: true, their: false }],
    ['the browser controls', { our: false, their: true }],
    ['both believe that they control', { our: true, their: true }],
    ['neither believes that it controls', { our: false, their: false }],
  ])('finds the way when %s', async (_, roles) => {
    const { us, them, selected, close } = pair(roles);
    us.setPeer(their, [BROWSER]);
    them.setPeer(our, [OURS]);
    await rounds();
    expect(selected.ours).toMatchObject(BROWSER);
    expect(selected.theirs).toMatchObject(OURS);
    close();
  });

  it('finds a browser that names no address of its own', async () => {
    const { us, them, selected, close } = pair({ our: false, their: true });
    us.setPeer(their, []);
    them.setPeer(our, [OURS]);
    await rounds();
    expect(selected.ours).toMatchObject(BROWSER);
    close();
  });

  it('answers nobody who lacks the password, and believes him nothing', () => {
    const sent: Buffer[] = [];
    const us = new IceAgent({
      credentials: our,
      controlling: false,
      send: (packet) => sent.push(packet),
      onSelected: () => sent.push(Buffer.from('selected')),
    });
    us.receive(
      check('a guess', (request) => request.setAttribute('USE-CANDIDATE', null)),
      STRANGER,
    );
    const unsigned = new Message(methods.BINDING, classes.REQUEST).setAttribute('USERNAME', 'ours:theirs');
    us.receive(unsigned.addFingerprint().bytes, STRANGER);
    us.receive(Buffer.from('rubbish'), STRANGER);
    expect([sent, us.isProven(STRANGER), us.selected]).toEqual([[], false, undefined]);
    us.receive(check(our.password), BROWSER);
    expect([sent.length, us.isProven(BROWSER)]).toEqual([1, true]);
    us.close();
  });

  it('takes no answer to its checks that is not signed with the password of the browser', async () => {
    const sent: Buffer[] = [];
    const us = new IceAgent({
      credentials: our,
      controlling: true,
      send: (packet) => sent.push(packet),
      onSelected: () => sent.push(Buffer.from('selected')),
    });
    us.setPeer(their, [BROWSER]);
    const id = sent[0]!.subarray(8, 20);
    const forged = new Message(methods.BINDING, classes.RESPONSE, id).addMessageIntegrity(
      Buffer.from('a guess'),
    );
    us.receive(forged.addFingerprint().bytes, BROWSER);
    await rounds();
    expect([sent.length, us.isProven(BROWSER)]).toEqual([1, false]);
    us.close();
  });

  it('goes where the audio comes from, once that way has been checked', async () => {
    const { us, them, selected, close } = pair({ our: false, their: true }, [BROWSER, BROWSER_TOO]);
    us.setPeer(their, [BROWSER]);
    them.setPeer(our, [OURS]);
    await rounds();
    us.follow(BROWSER_TOO);
    expect(selected.ours).toMatchObject(BROWSER);
    us.receive(check(our.password), BROWSER_TOO);
    await rounds();
    us.follow(BROWSER_TOO);
    expect(us.selected).toMatchObject(BROWSER_TOO);
    close();
  });

  it('starts anew with other credentials, and sends to the old address until then', async () => {
    const { us, them, close } = pair({ our: false, their: true }, [BROWSER, BROWSER_TOO]);
    us.setPeer(their, []);
    them.setPeer(our, [OURS]);
    await rounds();
    const next = { ufrag: 'next', password: 'the next password of ours, long' };
    us.restart(next);
    us.setPeer(their, [BROWSER_TOO]);
    expect(us.selected).toMatchObject(BROWSER);
    them.setPeer(next, [OURS]);
    us.receive(checkWith(next), BROWSER_TOO);
    await rounds();
    expect(us.selected).toMatchObject(BROWSER_TOO);
    close();
  });
});
