import { randomBytes } from 'node:crypto';
import { classes, Message, methods, parseMessage } from 'werift';
import type { IceCredentials, TransportAddress } from './messages.js';

/** RFC 8445 §14.2: between two checks, ms; §14.3: until the first repetition, doubled each time. */
const CHECK_EVERY_MS = 50;
const IDLE_BEAT_MS = 1_000;
const FIRST_WAIT_MS = 250;
const MOST_SENDS = 7;
/** RFC 7675: how often the peer is asked whether it still wants our packets, and how long its yes holds. */
const CONSENT_EVERY_MS = 5_000;
const CONSENT_LASTS_MS = 30_000;
/** RFC 8445 §5.1.2.1, for a peer-reflexive candidate of the first component. */
const PRIORITY = 110 * 2 ** 24 + 65_535 * 2 ** 8 + 255;
/** A peer has a handful of addresses; more come from somebody who wants our memory. */
const MOST_PATHS = 40;

/** One way to the peer: from our only socket to one of its addresses. */
interface Path extends TransportAddress {
  state: 'waiting' | 'asked' | 'works' | 'failed';
  /** The peer showed, by a check or an answer, that it holds the password there. */
  proven: boolean;
  /** The side that controls wants this one. */
  nominated: boolean;
  /** Of the check that is under way. */
  request?: { id: string; bytes: Buffer; nominates: boolean };
  sends: number;
  dueAt: number;
}

export interface IceAgentOptions {
  credentials: IceCredentials;
  controlling: boolean;
  send: (packet: Buffer, to: TransportAddress) => void;
  /** Told at the first address that works, and each time another takes its place. */
  onSelected: (to: TransportAddress) => void;
}

/**
 * ICE (RFC 8445), full, for one socket and one component. Nothing without a right MESSAGE-INTEGRITY changes anything
 * here: a spoofed packet is as if it had not come.
 */
export class IceAgent {
  private readonly paths = new Map<string, Path>();
  private readonly tieBreaker = randomBytes(8).readBigUInt64BE(0);
  private controlling: boolean;
  /** Ours, the newest first; checks with those before a restart are answered too. */
  private own: IceCredentials[];
  private peer?: IceCredentials;
  private chosen?: Path;
  /** The side that controls has decided; a restart opens the question again. */
  private settled = false;
  private consentAt = 0;
  private timer?: NodeJS.Timeout;
  private closed = false;

  constructor(private readonly options: IceAgentOptions) {
    this.controlling = options.controlling;
    this.own = [options.credentials];
  }

  /** Where the peer is sent to; undefined before it is found, and when it no longer agrees (RFC 7675 §5.1). */
  get selected(): TransportAddress | undefined {
    return performance.now() - this.consentAt < CONSENT_LASTS_MS ? this.chosen : undefined;
  }

  /** What the peer's SDP says. */
  setPeer(credentials: IceCredentials, candidates: readonly TransportAddress[]): void {
    this.peer = credentials;
    for (const candidate of candidates) this.pathTo(candidate);
    this.work();
  }

  /** New credentials of ours, as the peer restarts; the address in use stays until another one is found. */
  restart(credentials: IceCredentials): void {
    this.own = [credentials, ...this.own].slice(0, 2);
    this.settled = false;
    for (const [key, path] of this.paths) if (path !== this.chosen) this.paths.delete(key);
    if (this.chosen) Object.assign(this.chosen, { state: 'waiting', nominated: false });
  }

  /** Whether what comes from there is worth a look: the peer has shown that it is there. */
  isProven(source: TransportAddress): boolean {
    return this.paths.get(keyOf(source))?.proven === true;
  }

  /** The peer's audio comes from there now: ours goes there too, where that way is known to work. */
  follow(source: TransportAddress): void {
    const path = this.paths.get(keyOf(source));
    if (path?.state === 'works') this.select(path);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** Takes a STUN packet; anything else is ignored. */
  receive(packet: Buffer, source: TransportAddress): void {
    const message = parseMessage(packet);
    if (message?.messageMethod !== methods.BINDING) return;
    if (message.messageClass === classes.REQUEST) this.asked(packet, textOf(message, 'USERNAME'), source);
    else this.answered(packet, message.transactionIdHex, source);
  }

  /** A check of the peer's (§7.3). */
  private asked(packet: Buffer, username: string, source: TransportAddress): void {
    const own = this.own.find(({ ufrag }) => username.startsWith(`${ufrag}:`));
    const request = own && parseMessage(packet, Buffer.from(own.password));
    if (!request) return;
    if (this.isRoleConflict(request)) {
      const refusal = new Message(methods.BINDING, classes.ERROR, request.transactionId);
      return this.reply(refusal.setAttribute('ERROR-CODE', [487, 'Role Conflict']), own, source);
    }
    const path = this.pathTo(source);
    if (!path) return;
    path.proven = true;
    if (!this.controlling && request.attributesKeys.includes('USE-CANDIDATE')) path.nominated = true;
    const yes = new Message(methods.BINDING, classes.RESPONSE, request.transactionId);
    this.reply(yes.setAttribute('XOR-MAPPED-ADDRESS', [source.address, source.port]), own, source);
    if (path.state === 'works') this.conclude(path);
    else if (path.state !== 'asked') this.check(path); // §7.3.1.4: what reaches us can probably be reached
  }

  private reply(answer: Message, { password }: IceCredentials, to: TransportAddress): void {
    this.options.send(answer.addMessageIntegrity(Buffer.from(password)).addFingerprint().bytes, to);
  }

  /** §7.3.1.1: both believe that they control, or neither does; the greater tie-breaker shall. */
  private isRoleConflict(request: Message): boolean {
    const rival = this.controlling ? 'ICE-CONTROLLING' : 'ICE-CONTROLLED';
    if (!request.attributesKeys.includes(rival)) return false;
    const weShould = this.tieBreaker >= (request.getAttributeValue(rival) as bigint);
    const theyGiveWay = weShould === this.controlling;
    this.controlling = weShould;
    return theyGiveWay;
  }

  /** The answer to a check of ours (§7.2.5). */
  private answered(packet: Buffer, transactionId: string, source: TransportAddress): void {
    const path = this.paths.get(keyOf(source)); // §7.2.5.2.1: from where the check went to
    const request = path?.request;
    if (!path || !this.peer || request?.id !== transactionId) return;
    const answer = parseMessage(packet, Buffer.from(this.peer.password));
    if (!answer) return;
    path.request = undefined;
    path.proven = true;
    if (answer.messageClass === classes.ERROR) {
      const [code] = answer.getAttributeValue('ERROR-CODE') as [number, string];
      path.state = 'failed';
      if (code !== 487) return;
      this.controlling = !this.controlling;
      return this.check(path);
    }
    path.state = 'works';
    if (path === this.chosen) this.consentAt = performance.now();
    if (request.nominates) path.nominated = true;
    this.conclude(path);
    this.nominate();
  }

  /** §8.1.1: regular nomination, of the first path that works. */
  private nominate(): void {
    const paths = [...this.paths.values()];
    if (!this.controlling || this.settled || paths.some(({ request }) => request?.nominates)) return;
    const working = paths.find(({ state }) => state === 'works');
    if (working) this.check(working, true);
  }

  private conclude(path: Path): void {
    if (!path.nominated || path.state !== 'works') return;
    this.settled = true;
    this.select(path);
  }

  private select(path: Path): void {
    if (path === this.chosen) return;
    this.chosen = path;
    this.consentAt = performance.now();
    path.dueAt = this.consentAt + CONSENT_EVERY_MS;
    this.options.onSelected(path);
  }

  private pathTo({ address, port }: TransportAddress): Path | undefined {
    const key = keyOf({ address, port });
    const known = this.paths.get(key);
    if (known || this.paths.size >= MOST_PATHS) return known;
    const path: Path = {
      address,
      port,
      state: 'waiting',
      proven: false,
      nominated: false,
      sends: 0,
      dueAt: 0,
    };
    this.paths.set(key, path);
    return path;
  }

  /** One check a beat: a repetition that is due, else the next path, else the question for consent. */
  private work(): void {
    const now = performance.now();
    const paths = [...this.paths.values()];
    const overdue = paths.find(({ state, dueAt }) => state === 'asked' && dueAt <= now);
    const next = this.settled ? undefined : paths.find(({ state }) => state === 'waiting');
    if (overdue) this.repeat(overdue);
    else if (next) this.check(next);
    else if (this.settled && this.chosen && this.chosen.dueAt <= now) this.askConsent(this.chosen, now);
    this.nominate();
    const busy = paths.some(({ state }) => state === 'asked') || (!this.settled && next !== undefined);
    this.wakeIn(busy ? CHECK_EVERY_MS : IDLE_BEAT_MS);
  }

  private wakeIn(ms: number): void {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.work(), ms);
  }

  private repeat(path: Path): void {
    if (path.sends < MOST_SENDS && path.request) return this.transmit(path, path.request.bytes);
    path.state = 'failed';
    path.request = undefined;
  }

  private askConsent(path: Path, now: number): void {
    this.check(path);
    path.state = 'works'; // asked once each time; silence counts against consentAt
    path.dueAt = now + CONSENT_EVERY_MS;
  }

  private check(path: Path, nominates = false): void {
    if (!this.peer) return; // what has come is checked back once the peer's password is known
    const request = new Message(methods.BINDING, classes.REQUEST);
    request.setAttribute('USERNAME', `${this.peer.ufrag}:${this.own[0]!.ufrag}`);
    request.setAttribute('PRIORITY', PRIORITY);
    request.setAttribute(this.controlling ? 'ICE-CONTROLLING' : 'ICE-CONTROLLED', this.tieBreaker);
    if (nominates) request.setAttribute('USE-CANDIDATE', null);
    request.addMessageIntegrity(Buffer.from(this.peer.password)).addFingerprint();
    path.request = { id: request.transactionIdHex, bytes: request.bytes, nominates };
    path.state = 'asked';
    path.sends = 0;
    this.transmit(path, path.request.bytes);
    this.wakeIn(CHECK_EVERY_MS);
  }

  private transmit(path: Path, bytes: Buffer): void {
    path.dueAt = performance.now() + FIRST_WAIT_MS * 2 ** path.sends;
    path.sends += 1;
    this.options.send(bytes, path);
  }
}

const keyOf = ({ address, port }: TransportAddress): string => `${address} ${port}`;

function textOf(message: Message, attribute: 'USERNAME'): string {
  const value: unknown = message.getAttributeValue(attribute);
  return typeof value === 'string' ? value : '';
}
