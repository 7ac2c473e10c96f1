import { createSocket, type Socket } from 'node:dgram';
import type { BrowserContext } from 'playwright-core';

const CANDIDATE = /^(a=candidate:\S+ 1 udp \d+ )(\S+) (\d+)( typ host.*)$/gim;

/** A UDP relay: everything from one address of a page goes on from a socket of its own, as behind a NAT. */
class Relay {
  private readonly far = new Map<string, Socket>();
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
    const near = createSocket('udp4');
    await new Promise<void>((done) => near.bind(0, '127.0.0.1', done));
    return new Relay(near, to);
  }

  get port(): number {
    return this.near.address().port;
  }

  close(): void {
    for (const socket of [this.near, ...this.far.values()]) socket.close();
  }

  private farOf({ address, port }: { address: string; port: number }): Socket {
    const key = `${address} ${port}`;
    const known = this.far.get(key);
    if (known) return known;
    const socket = createSocket('udp4');
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

  private constructor() {}

  /** Before the pages are opened. */
  static async of(context: BrowserContext): Promise<SoundDetour> {
    const detour = new SoundDetour();
    await context.routeWebSocket(/\/sip$/, (page) => {
      const server = page.connectToServer();
      page.onMessage((message) => server.send(withBody(String(message), withoutCandidates)));
      let turn = Promise.resolve(); // opening a relay takes a moment, and messages keep their order
      server.onMessage((message) => {
        turn = turn.then(async () => {
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
      const port = Number(digits);
      if (this.relayTo(address, port)) continue;
      const relay = await Relay.open({ address, port });
      relay.passes = this.passing;
      this.relays.push(relay);
    }
  }

  private led(sdp: string): string {
    return sdp.replace(CANDIDATE, (row, before: string, address: string, port: string, after: string) => {
      const relay = this.relayTo(address, Number(port));
      return relay ? `${before}127.0.0.1 ${relay.port}${after}` : row;
    });
  }
}

/** The other side learns where the page is by what comes through the relay alone. */
const withoutCandidates = (sdp: string): string => sdp.replace(/^a=candidate:.*\r\n/gm, '');

function withBody(message: string, change: (sdp: string) => string): string {
  const at = message.indexOf('\r\n\r\n') + 4;
  if (at < 4 || !/^Content-Type:\s*application\/sdp/im.test(message.slice(0, at))) return message;
  const body = change(message.slice(at));
  return (
    message.slice(0, at).replace(/^Content-Length:.*$/im, `Content-Length: ${Buffer.byteLength(body)}`) + body
  );
}
