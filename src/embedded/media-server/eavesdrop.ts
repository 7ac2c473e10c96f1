import type { AudioSource } from './audio-source.js';
import { clipInto, FrameBuffer } from './frame-buffer.js';
import type { LegMedia } from './leg-media.js';

/**
 * FreeSWITCH's `eavesdrop-command`: whom the listener's voice reaches. 1 is the far party alone, 2 the party listened
 * to alone (whisper, when that is the manager's leg), 3 both (barge).
 */
export type EavesdropMode = 0 | 1 | 2 | 3;

/**
 * One leg listens to another, and may speak into it. What the listener says goes into what the target or its peer is
 * sent, so it is in a recording of the peer's leg only where the peer hears it.
 */
export class Eavesdrop implements AudioSource {
  private readonly said = new FrameBuffer();
  private readonly heard = new FrameBuffer();
  private readonly toTarget = new FrameBuffer();
  private readonly toPeer = new FrameBuffer();
  private readonly sum = new Int32Array(160);
  private mode: EavesdropMode = 0;
  private reached?: LegMedia;
  private readonly follow = () => this.setMode(this.mode);

  constructor(
    private readonly listener: LegMedia,
    private readonly target: LegMedia,
  ) {
    target.readTaps.add(this.said);
    target.writeTaps.add(this.heard);
    target.bridgeWatchers.add(this.follow);
  }

  setMode(mode: EavesdropMode): void {
    this.silence();
    this.mode = mode;
    if (mode & 2) {
      this.listener.readTaps.add(this.toTarget);
      this.target.mixIn(this.toTarget);
    }
    if (mode & 1 && this.target.peer) {
      this.reached = this.target.peer;
      this.listener.readTaps.add(this.toPeer);
      this.reached.mixIn(this.toPeer);
    }
  }

  read(out: Int16Array): number {
    this.sum.fill(0);
    this.said.addTo(this.sum);
    this.heard.addTo(this.sum);
    clipInto(this.sum, out);
    return out.length;
  }

  close(): void {
    this.target.bridgeWatchers.delete(this.follow);
    this.target.readTaps.delete(this.said);
    this.target.writeTaps.delete(this.heard);
    this.silence();
  }

  private silence(): void {
    this.listener.readTaps.delete(this.toTarget);
    this.listener.readTaps.delete(this.toPeer);
    this.target.unmix(this.toTarget);
    this.reached?.unmix(this.toPeer);
    this.reached = undefined;
    this.toTarget.restart();
    this.toPeer.restart();
  }
}
