import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { BrowserContext } from 'playwright-core';

const CANDIDATES = /^a=candidate:.*\r\n/gm;
const CANDIDATE = /^(a=candidate:\S+ 1 udp \d+ )(\S+) (\d+)( typ host.*)$/gim;

/** A UDP relay: everything from one address of a page goes on from a socket of its own, as behind a NAT. */
class Relay {
  private readonly far = new Map<string, Socket>();
  private readonly opening = new Map<Socket, Promise<void>>();
  passes: 'all' | 'no-sound' | 'nothing' = 'all';

  private constructor(
    private readonly near: Socket,
    readonly to: { address: string; port: number },
  ) {
    near.on(
      'message',
      (packet, from) => this.passes !== 'nothing' && this.farOf(from).send(packet, to.port, to.address),
    );
  }

  static async open(to: { address: string; port: number }): Promise<Relay> {
    const near = createSocket('udp4').unref(); // a test that fails closes nothing
    await new Promise<void>((done) => near.bind(0, '127.0.0.1', done));
    return new Relay(near, to);
  }

  get port(): number {
    return this.near.address().port;
  }

  /** Where the server reaches the page behind this relay, once it is open. @param page an address of the page */
  async portTo(page: { address: string; port: number }): Promise<number> {
    const socket = this.farOf(page);
    await this.opening.get(socket);
    return socket.address().port;
  }

  close(): void {
    for (const socket of [this.near, ...this.far.values()]) socket.close();
  }

  private farOf({ address, port }: { address: string; port: number }): Socket {
    const key = `${address} ${port}`;
    const known = this.far.get(key);
    if (known) return known;
    const socket = createSocket('udp4').unref();
    this.opening.set(socket, new Promise((done) => socket.bind(0, '127.0.0.1', done)));
    socket.on('message', (packet) => {
      // RFC 7983 §7: from 128 to 191 it is RTP or RTCP, below it is STUN and DTLS.
      const isSound = (packet[0] ?? 0) > 127;
      if (this.passes === 'all' || (this.passes === 'no-sound' && !isSound))
        this.near.send(packet, port, address);
    });
    this.far.set(key, socket);
    return socket;
  }
}

/**
 * Leads the sound of a browser's calls through relays of the test, which can be broken as networks are. A way that is broken
 * stays so; what is agreed on afterwards takes another one.
 */
export class SoundDetour {
  private readonly relays: Relay[] = [];
  private passing: Relay['passes'] = 'all';
  /** Where the server was last said to be. */
  private server: { address: string; port: number } | undefined;

  private constructor() {}

  /** Before the pages are opened. */
  static async of(context: BrowserContext): Promise<SoundDetour> {
    const detour = new SoundDetour();
    await context.routeWebSocket(/\/sip$/, (page) => {
      const server = page.connectToServer();
      // Opening a relay takes a moment, and messages keep their order.
      let [toServer, toPage] = [Promise.resolve(), Promise.resolve()];
      page.onMessage((message) => {
        toServer = toServer.then(async () => {
          const led = await detour.candidatesOfPage(String(message));
          server.send(withBody(String(message), (sdp) => sdp.replace(CANDIDATES, () => led.shift() ?? '')));
        });
      });
      server.onMessage((message) => {
        toPage = toPage.then(async () => {
          await detour.openFor(String(message));
          page.send(withBody(String(message), (sdp) => detour.led(sdp)));
        });
      });
    });
    return detour;
  }

  /** From now on nothing passes on the ways that there are. */
  cut(): void {
    for (const relay of this.relays) relay.passes = 'nothing';
  }

  /** From now on the page hears nothing, while all looks connected: on the ways that there are, or on all to come. */
  deafen({ forGood = false } = {}): void {
    for (const relay of this.relays) relay.passes = 'no-sound';
    if (forGood) this.passing = 'no-sound';
  }

  /** How many ways have been agreed on. */
  get ways(): number {
    return this.relays.length;
  }

  close(): void {
    for (const relay of this.relays) relay.close();
  }

  private relayTo(address: string, port: number): Relay | undefined {
    return this.relays.findLast(
      ({ to, passes }) => to.address === address && to.port === port && passes === this.passing,
    );
  }

  private async openFor(message: string): Promise<void> {
    for (const [, , address = '', digits] of message.matchAll(CANDIDATE)) {
      this.server = { address, port: Number(digits) };
      await this.way(this.server);
    }
  }

  private async way(to: { address: string; port: number }): Promise<Relay> {
    const known = this.relayTo(to.address, to.port);
    if (known) return known;
    const relay = await Relay.open(to);
    relay.passes = this.passing;
    this.relays.push(relay);
    return relay;
  }

  /**
   * The page's candidates as the server may have them, one for each of its rows: behind the relay. None for a row that the relay
   * cannot reach, and none at all as long as the server has not said where it is: it learns then by what comes through.
   */
  private async candidatesOfPage(message: string): Promise<string[]> {
    const led: string[] = [];
    for (const [row] of message.matchAll(CANDIDATES)) {
      const [, before, address = '', port, after] = [...row.matchAll(CANDIDATE)][0] ?? [];
      const isReached = this.server !== undefined && isIPv4(address);
      const relay = isReached && this.server ? await this.way(this.server) : undefined;
      const at = await relay?.portTo({ address, port: Number(port) });
      led.push(at === undefined ? '' : `${before}127.0.0.1 ${at}${after}\r\n`);
    }
    return led;
  }

  private led(sdp: string): string {
    return sdp.replace(CANDIDATE, (row, before: string, address: string, port: string, after: string) => {
      const relay = this.relayTo(address, Number(port));
      return relay ? `${before}127.0.0.1 ${relay.port}${after}` : row;
    });
  }
}

function withBody(message: string, change: (sdp: string) => string): string {
  const at = message.indexOf('\r\n\r\n') + 4;
  if (at < 4 || !/^Content-Type:\s*application\/sdp/im.test(message.slice(0, at))) return message;
  const body = change(message.slice(at));
  return (
    message.slice(0, at).replace(/^Content-Length:.*$/im, `Content-Length: ${Buffer.byteLength(body)}`) + body
  );
}
