import { createSocket, type Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { codecOfPayloadType, type G711 } from '../embedded/media-server/g711.js';

const RATE = 8000;
const SAMPLES_A_PACKET = 160; // 20 ms, RFC 3551 §4.2
const PACKET_MS = 20;
/** Amplitude of the tones: half of full scale, −9 dB. */
const LOUDNESS = 16384;
const DTMF_KEYS = '0123456789*#ABCD';

/** A place audio goes to: an IPv4 address and a UDP port. */
export interface MediaAddress {
  ip: string;
  port: number;
}

/** One end of an audio stream on a UDP socket of its own (RFC 3550, G.711, telephone-event of RFC 4733). */
export class RtpAudio {
  private readonly ssrc = randomInt(1, 0xffff_ffff);
  private sequence = randomInt(0, 0xffff);
  private timestamp = randomInt(0, 0xffff_ffff);
  private to: MediaAddress | undefined;
  private codec: G711 | undefined;
  private eventPayloadType = 101;
  private ticker: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private sentTicks = 0;
  private phase = 0;
  private toneHz = 0;
  private spoken: Int16Array | undefined;
  private spokenAt = 0;
  private keys: string[] = [];
  private readonly chunks: Int16Array[] = [];
  private readonly waiting = new Set<() => void>();
  /** Packets of sound received. */
  packets = 0;
  /** DTMF keys heard, in order. */
  heardKeys = '';
  private lastEvent = -1;

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {
    socket.on('message', (packet) => this.receive(packet));
    socket.on('error', () => undefined); // ICMP port unreachable: the far side is gone
  }

  /** @param ip the address to receive at */
  static async open(ip: string): Promise<RtpAudio> {
    const socket = createSocket('udp4');
    await new Promise<void>((done, fail) => {
      socket.once('error', fail);
      socket.bind(0, ip, () => done());
    });
    return new RtpAudio(socket, socket.address().port);
  }

  /** From now on sends there: a packet every 20 ms, silence until a tone is chosen. */
  sendTo(to: MediaAddress, codec: G711, eventPayloadType: number): void {
    this.to = to;
    this.codec = codec;
    this.eventPayloadType = eventPayloadType;
    if (this.ticker) return;
    this.startedAt = performance.now();
    this.sentTicks = 0;
    this.ticker = setInterval(() => this.catchUp(), PACKET_MS);
  }

  /** Sends nothing any more: what a phone does whose network is gone, or that holds. */
  pause(): void {
    clearInterval(this.ticker);
    this.ticker = undefined;
  }

  /** A sine of this frequency in Hz at −9 dB below full scale; 0 is silence. */
  tone(hertz: number): void {
    this.toneHz = hertz;
  }

  /** This sound (8000 Hz) in place of a tone, again and again. */
  speak(samples: Int16Array): void {
    this.spoken = samples;
    this.spokenAt = 0;
  }

  /** Presses keys, 100 ms each with 60 ms between (RFC 4733 §2.5). */
  press(keys: string): void {
    for (const key of keys) {
      if (!DTMF_KEYS.includes(key)) throw new TypeError(`${key} is no DTMF key`);
      this.keys.push(key);
    }
  }

  /** All sound heard so far, 8000 Hz. */
  heard(): { samples: Int16Array; rate: number } {
    const samples = new Int16Array(this.chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of this.chunks) {
      samples.set(chunk, at);
      at += chunk.length;
    }
    return { samples, rate: RATE };
  }

  /** Waits for `milliseconds` more of sound, as the packets bring it. @returns that part */
  async listen(milliseconds: number): Promise<{ samples: Int16Array; rate: number }> {
    const start = this.heard().samples.length;
    const end = start + (milliseconds * RATE) / 1000;
    await new Promise<void>((done) => {
      const look = () => {
        if (this.chunks.reduce((sum, chunk) => sum + chunk.length, 0) < end) return;
        this.waiting.delete(look);
        done();
      };
      this.waiting.add(look);
      look();
    });
    return { samples: this.heard().samples.subarray(start, end), rate: RATE };
  }

  close(): void {
    this.pause();
    this.socket.close();
  }

  private receive(packet: Buffer): void {
    if (packet.length < 12 || packet[0] === undefined || packet[0] >> 6 !== 2) return;
    const payloadType = packet.readUInt8(1) & 0x7f;
    const header = 12 + 4 * (packet[0] & 0x0f);
    const payload = packet.subarray(header);
    if (payloadType === this.eventPayloadType) {
      // One press is several packets with the timestamp of its start.
      const start = packet.readUInt32BE(4);
      if (start !== this.lastEvent) this.heardKeys += DTMF_KEYS[payload.readUInt8(0)] ?? '?';
      this.lastEvent = start;
    } else {
      const codec = codecOfPayloadType(payloadType);
      if (!codec) return;
      this.packets += 1;
      this.chunks.push(Int16Array.from(payload, (code) => codec.toLinear[code] ?? 0));
    }
    for (const look of this.waiting) look();
  }

  /** Sends what is due since the start, so that a late timer does not add up to drift. */
  private catchUp(): void {
    const due = Math.floor((performance.now() - this.startedAt) / PACKET_MS);
    while (this.sentTicks < due) {
      this.sentTicks += 1;
      const key = this.keys[0];
      if (key === undefined) this.sendSound();
      else this.sendKey(key);
    }
  }

  private sendSound(): void {
    if (!this.codec) return;
    const { payloadType, silence, fromLinear } = this.codec;
    const payload = Buffer.alloc(SAMPLES_A_PACKET, silence);
    const { spoken } = this;
    if (spoken && spoken.length > 0) {
      for (let i = 0; i < payload.length; i++) {
        payload[i] = fromLinear[(spoken[this.spokenAt] ?? 0) & 0xffff] ?? silence;
        this.spokenAt = (this.spokenAt + 1) % spoken.length;
      }
    } else if (this.toneHz > 0) {
      const step = (2 * Math.PI * this.toneHz) / RATE;
      for (let i = 0; i < payload.length; i++) {
        payload[i] = fromLinear[Math.round(LOUDNESS * Math.sin(this.phase + i * step)) & 0xffff] ?? silence;
      }
      this.phase = (this.phase + payload.length * step) % (2 * Math.PI);
    }
    this.send(payloadType, payload, this.timestamp, false);
    this.timestamp = (this.timestamp + SAMPLES_A_PACKET) >>> 0;
  }

  private keyTicks = 0;

  /** Five packets of growing duration, three of the end, then a pause of silence. */
  private sendKey(key: string): void {
    const tick = this.keyTicks++;
    const eventTicks = 5;
    const endRepeats = 3;
    if (tick < eventTicks) {
      this.sendEvent(key, (tick + 1) * SAMPLES_A_PACKET, false, tick === 0);
      return;
    }
    for (let repeat = 0; tick === eventTicks && repeat < endRepeats; repeat++) {
      this.sendEvent(key, eventTicks * SAMPLES_A_PACKET, true, false);
    }
    if (tick === eventTicks) this.timestamp = (this.timestamp + eventTicks * SAMPLES_A_PACKET) >>> 0;
    this.sendSound();
    if (tick < eventTicks + endRepeats) return;
    this.keys.shift();
    this.keyTicks = 0;
  }

  private sendEvent(key: string, duration: number, end: boolean, first: boolean): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt8(DTMF_KEYS.indexOf(key), 0);
    payload.writeUInt8((end ? 0x80 : 0) | 10, 1);
    payload.writeUInt16BE(duration, 2);
    this.send(this.eventPayloadType, payload, this.timestamp, first);
  }

  private send(payloadType: number, payload: Buffer, timestamp: number, marker: boolean): void {
    if (!this.to) return;
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(payloadType | (marker ? 0x80 : 0), 1);
    header.writeUInt16BE(this.sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(this.ssrc, 8);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.socket.send(Buffer.concat([header, payload]), this.to.port, this.to.ip);
  }
}
