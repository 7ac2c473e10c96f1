import type { G711 } from './g711.js';

/** Takes in sound as it passes: a recording, or a buffer that feeds a mix. */
export interface Tap {
  /** Codes of an RTP packet: packet[start…end), at the packet's timestamp. */
  codes(codec: G711, packet: Buffer, start: number, end: number, timestamp: number): void;
  /** 20 ms that the engine made itself. */
  frame(samples: Int16Array): void;
  /** The stream starts anew, from another source. */
  restart(): void;
}
