// The audio of all calls of one party on one UDP socket, as SIPp has it: A-law of a tone, 20 ms a packet.
import { clearInterval, setInterval } from 'node:timers';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { IP } from './sip.mjs';

const PACKET_MS = 20;
/** Eight samples of a sine of 1000 Hz in A-law (ITU-T G.711), over and over: a packet holds whole periods. */
const PERIOD = Buffer.from([0xd5, 0xbf, 0xb4, 0xbf, 0xd5, 0x3f, 0x34, 0x3f]);
export const TONE = Buffer.concat(Array.from({ length: 20 }, () => PERIOD));

export class Sound {
  #streams = new Map();
  #socket = createSocket('udp4');
  #ticker;
  /** Packets received. */
  received = 0;

  static async open() {
    const sound = new Sound();
    sound.#socket.on('error', () => undefined);
    sound.#socket.on('message', () => (sound.received += 1));
    sound.#socket.bind(0, IP);
    await once(sound.#socket, 'listening');
    sound.#ticker = setInterval(() => sound.#send(), PACKET_MS);
    return sound;
  }

  get port() {
    return this.#socket.address().port;
  }

  /** Sends to where the SDP says, from now on. */
  start(id, sdp) {
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
    if (port === 0) return;
    const stream = this.#streams.get(id) ?? {
      sequence: 0,
      ssrc: this.#streams.size + 1 + Math.floor(Math.random() * 2 ** 31),
    };
    this.#streams.set(id, { ...stream, port });
  }

  stop(id) {
    this.#streams.delete(id);
  }

  #send() {
    for (const stream of this.#streams.values()) {
      const header = Buffer.alloc(12);
      header.writeUInt8(0x80, 0);
      header.writeUInt8(8, 1);
      header.writeUInt16BE(stream.sequence & 0xffff, 2);
      header.writeUInt32BE((stream.sequence * TONE.length) >>> 0, 4);
      header.writeUInt32BE(stream.ssrc, 8);
      stream.sequence += 1;
      this.#socket.send(Buffer.concat([header, TONE]), stream.port, IP);
    }
  }

  close() {
    clearInterval(this.#ticker);
    this.#socket.close();
  }
}
