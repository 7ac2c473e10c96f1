import type { AudioSource } from './audio-source.js';
import { clipInto, FrameBuffer } from './frame-buffer.js';
import { PCMA, transcodeTable, type G711 } from './g711.js';
import type { PacketPath } from './packet-path.js';
import { FRAME_SAMPLES, type Paced, type Pacer } from './pacer.js';
import { codecOfPayloadType } from './g711.js';
import { payloadOf, payloadTypeOf, RTP_HEADER_BYTES, timestampOf, type Payload } from './rtp-packet.js';
import { RtpSender } from './rtp-sender.js';
import type { Tap } from './tap.js';
import { DigitQueue, DigitReceiver } from './telephone-event.js';

/** Where a packet's payload lies; one for all, since packets are looked at one after the other. */
const found: Payload = { start: 0, end: 0 };
/** Scratch frames of the tick, for the same reason. */
const frame = new Int16Array(FRAME_SAMPLES);
const sum = new Int32Array(FRAME_SAMPLES);

/** What SDP agreed upon. */
export interface MediaFormat {
  codec: G711;
  /** Payload type of telephone-event towards the party, and from it; undefined: not agreed. */
  eventsOut?: number;
  eventsIn?: number;
  /** The party put us on hold (RFC 3264 §8.4): nothing is sent, nothing is passed on. */
  held: boolean;
}

interface Playing {
  source: AudioSource;
  ended: () => void;
}

/**
 * One leg's sound. Packets are relayed to the bridged leg as they come; only where the engine itself is the source
 * (playback, digits, a mix) are they made here, on the pacer's beat.
 */
export class LegMedia implements Paced {
  onDigit: (digit: string, durationSamples: number) => void = () => undefined;
  /** Told when `peer` changes, for those who are mixed into the bridge. */
  readonly bridgeWatchers = new Set<() => void>();
  /** Hear what the party says. */
  readonly readTaps = new Set<Tap>();
  /** Hear what the party is sent, but for what is mixed in for it alone. */
  readonly writeTaps = new Set<Tap>();
  /** Hear exactly what the party is sent. */
  readonly sentTaps = new Set<Tap>();
  /** Mixed into what the party is sent. */
  private readonly extras = new Set<FrameBuffer>();
  /** uuid_audio: silence in the place of what the party says (read), or of what it is sent (write). */
  muted = { read: false, write: false };
  private readonly playing: Playing[] = [];
  private readonly digitsOut = new DigitQueue();
  private readonly digitsIn = new DigitReceiver((digit, duration) => this.onDigit(digit, duration));
  private readonly fromPeer = new FrameBuffer();
  private readonly sender: RtpSender;
  private bridged?: LegMedia;
  private format: MediaFormat = { codec: PCMA, held: true };
  private transcode?: Uint8Array;
  private transcodeFrom: G711 = PCMA;
  private digitGoingOut = false;
  private expectedSince = performance.now();

  constructor(
    readonly path: PacketPath,
    private readonly pacer: Pacer,
  ) {
    this.sender = new RtpSender((packet) => path.send(packet));
    path.onPacket = (packet) => this.receive(packet);
  }

  get held(): boolean {
    return this.format.held;
  }

  get codec(): G711 {
    return this.format.codec;
  }

  /** telephone-event as the party takes it; undefined: it takes none. */
  get eventType(): number | undefined {
    return this.format.eventsOut;
  }

  /** performance.now() of the last packet, or of the last agreement or bridge where none has come since. */
  get lastHeardAt(): number {
    return Math.max(this.expectedSince, this.path.lastPacketAt);
  }

  agree(format: MediaFormat): void {
    this.expectedSince = performance.now();
    this.format = format;
    this.changeSource();
  }

  get peer(): LegMedia | undefined {
    return this.bridged;
  }

  /** Joins two legs, or parts this one from its peer. */
  bridge(peer: LegMedia | undefined): void {
    const before = this.bridged;
    if (before === peer) return;
    if (before) before.joined(undefined);
    this.joined(peer);
    peer?.bridge(this);
  }

  /** Plays on top of what plays already; `ended` is told when the source is through, not when it is stopped. */
  play(source: AudioSource, ended: () => void): () => void {
    const entry = { source, ended };
    this.playing.push(entry);
    this.changeSource();
    return () => this.remove(entry);
  }

  /** @returns false where `digits` are none (DigitQueue.add) */
  sendDigits(digits: string): boolean {
    const good = this.digitsOut.add(digits);
    this.pace();
    return good;
  }

  mixIn(extra: FrameBuffer): void {
    this.extras.add(extra);
    this.changeSource();
  }

  unmix(extra: FrameBuffer): void {
    this.extras.delete(extra);
    this.changeSource();
  }

  close(): void {
    this.bridge(undefined);
    this.playing.length = 0;
    this.extras.clear();
    this.digitsOut.clear();
    this.digitsIn.close();
    this.pacer.delete(this);
    this.path.close();
  }

  /** 20 ms in which the engine is the source. */
  tick(): void {
    const step = this.digitsOut.next();
    if (step && this.format.eventsOut !== undefined && !this.held) {
      this.sender.event(step, this.format.eventsOut);
      this.digitGoingOut = true;
    } else if (this.digitGoingOut && this.digitsOut.idle) {
      this.digitGoingOut = false;
      this.sender.changeSource();
    }
    const top = this.playing[this.playing.length - 1];
    if (top) this.tickPlaying(top);
    else if (this.extras.size > 0) this.tickMix();
    else if (this.digitsOut.idle && !this.digitGoingOut) this.pace();
  }

  private tickPlaying(top: Playing): void {
    const count = top.source.read(frame);
    if (count > 0) {
      frame.fill(0, count);
      for (const tap of this.writeTaps) tap.frame(frame);
      this.send(frame);
    }
    if (count < FRAME_SAMPLES) {
      this.remove(top);
      top.ended();
    }
  }

  private tickMix(): void {
    sum.fill(0);
    this.fromPeer.addTo(sum);
    if (this.writeTaps.size > 0) {
      clipInto(sum, frame);
      for (const tap of this.writeTaps) tap.frame(frame);
    }
    for (const extra of this.extras) extra.addTo(sum);
    clipInto(sum, frame);
    this.send(frame);
  }

  private send(samples: Int16Array): void {
    if (this.muted.write) samples.fill(0);
    for (const tap of this.sentTaps) tap.frame(samples);
    if (this.held || this.digitGoingOut) return;
    const { codec } = this.format;
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + FRAME_SAMPLES);
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      packet[RTP_HEADER_BYTES + i] = codec.fromLinear[samples[i]! & 0xffff]!;
    }
    this.sender.frame(packet, codec.payloadType);
  }

  private receive(packet: Buffer): void {
    if (!payloadOf(packet, found)) return;
    const type = payloadTypeOf(packet);
    if (type === this.format.eventsIn) {
      this.digitsIn.receive(packet, found);
      if (this.passesOn) this.bridged?.relayEvent(packet);
      return;
    }
    const codec = codecOfPayloadType(type);
    if (!codec || found.end <= found.start) return;
    const { start, end } = found;
    if (this.muted.read) packet.fill(codec.silence, start, end);
    const timestamp = timestampOf(packet);
    for (const tap of this.readTaps) tap.codes(codec, packet, start, end, timestamp);
    if (this.bridged && this.passesOn) this.bridged.relay(codec, packet, start, end, timestamp);
  }

  /** As in FreeSWITCH: a leg that is played to, or that holds, is not listened to by its peer meanwhile. */
  private get passesOn(): boolean {
    return this.playing.length === 0 && !this.held;
  }

  /** The peer's packet, for this leg's party. It is rewritten in place. */
  private relay(codec: G711, packet: Buffer, start: number, end: number, timestamp: number): void {
    if (this.playing.length > 0) return;
    if (this.extras.size > 0) {
      this.fromPeer.codes(codec, packet, start, end);
      return;
    }
    if (this.muted.write) packet.fill(codec.silence, start, end);
    for (const tap of this.writeTaps) tap.codes(codec, packet, start, end, timestamp);
    for (const tap of this.sentTaps) tap.codes(codec, packet, start, end, timestamp);
    if (this.held || this.digitGoingOut) return;
    if (codec !== this.transcodeFrom) this.prepareTranscode(codec);
    const table = this.transcode;
    if (table) for (let i = start; i < end; i++) packet[i] = table[packet[i]!]!;
    this.sender.relay(packet, this.format.codec.payloadType);
  }

  private relayEvent(packet: Buffer): void {
    if (this.format.eventsOut === undefined || this.held || this.playing.length > 0) return;
    this.sender.relayEvent(packet, this.format.eventsOut);
  }

  private prepareTranscode(from: G711): void {
    this.transcodeFrom = from;
    this.transcode = transcodeTable(from, this.format.codec);
  }

  private joined(peer: LegMedia | undefined): void {
    this.bridged = peer;
    this.expectedSince = performance.now();
    this.changeSource();
    for (const watcher of this.bridgeWatchers) watcher();
  }

  private remove(entry: Playing): void {
    const index = this.playing.indexOf(entry);
    if (index < 0) return;
    this.playing.splice(index, 1);
    this.changeSource();
  }

  private changeSource(): void {
    this.sender.changeSource();
    this.fromPeer.restart();
    this.prepareTranscode(this.transcodeFrom);
    for (const tap of this.sentTaps) tap.restart();
    for (const tap of this.writeTaps) tap.restart();
    this.pace();
  }

  private pace(): void {
    const needed =
      this.playing.length > 0 || this.extras.size > 0 || !this.digitsOut.idle || this.digitGoingOut;
    if (needed) this.pacer.add(this);
    else this.pacer.delete(this);
  }
}
