import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { PortPool } from './port-pool.js';
import { NoPortError, RtpSocket } from './rtp-socket.js';

const IP = '127.0.0.1';
const sockets: Socket[] = [];

/** A party's socket on a port of its own. */
async function party(): Promise<{ socket: Socket; port: number; hears(): Promise<string> }> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(0, IP);
  await once(socket, 'listening');
  const hears = async () => String(((await once(socket, 'message')) as [Buffer])[0]);
  return { socket, port: socket.address().port, hears };
}

/** An even port that is free for now, and its neighbour. */
async function pool(): Promise<PortPool> {
  for (;;) {
    const { socket, port } = await party();
    socket.close();
    sockets.pop();
    if (port % 2 === 0) return new PortPool(port, port + 1);
  }
}

describe('the socket of a leg', () => {
  let leg: RtpSocket;
  beforeEach(async () => {
    leg = await RtpSocket.open(IP, await pool());
  });
  afterEach(() => {
    leg.close();
    for (const socket of sockets.splice(0)) socket.close();
  });
  const received = () => new Promise<string>((done) => (leg.onPacket = (packet) => done(String(packet))));

  it('sends to where SDP says, and from the first packet on to where that came from', async () => {
    const [said, real] = [await party(), await party()];
    leg.announce(IP, said.port);
    leg.send(Buffer.from('one'));
    expect(await said.hears()).toBe('one');
    const packet = received();
    real.socket.send('hello', leg.port, IP);
    expect(await packet).toBe('hello');
    leg.send(Buffer.from('two'));
    expect(await real.hears()).toBe('two');
  });

  it('drops a stranger, but lets in who comes from the address in the SDP', async () => {
    const [said, real, stranger] = [await party(), await party(), await party()];
    leg.announce(IP, said.port);
    let packet = received();
    real.socket.send('real', leg.port, IP);
    await packet;
    packet = received();
    stranger.socket.send('stranger', leg.port, IP);
    said.socket.send('said', leg.port, IP);
    expect(await packet).toBe('said');
    expect(leg.counts.strangers).toBe(1);
  });

  it("sends to another address at once when a new SDP names it, and ignores the old one's last packets", async () => {
    const [old, next] = [await party(), await party()];
    leg.announce(IP, old.port);
    let packet = received();
    old.socket.send('old', leg.port, IP);
    await packet;
    leg.announce(IP, next.port);
    packet = received();
    old.socket.send('late', leg.port, IP);
    next.socket.send('next', leg.port, IP);
    expect(await packet).toBe('next');
    leg.send(Buffer.from('answer'));
    expect(await next.hears()).toBe('answer');
  });

  it('gives its ports back, and says when there are none', async () => {
    const ports = new PortPool(leg.port, leg.port + 1);
    await expect(RtpSocket.open(IP, ports)).rejects.toThrow(NoPortError); // bound by another
    expect(ports.inUse).toBe(0);
    leg.close();
    const again = await RtpSocket.open(IP, ports);
    expect(ports.inUse).toBe(1);
    again.close();
    expect(ports.inUse).toBe(0);
  });
});
