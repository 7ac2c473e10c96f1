import { Worker } from 'node:worker_threads';
import { log } from '../../../common/log.js';
import { LEG_ID_BYTES, type Fingerprint, type Order, type Report } from './messages.js';

/** What a leg on the media thread hears of its other half. */
export interface LegListener {
  onRtp(packet: Buffer): void;
  /** The socket is bound. */
  onOpened(): void;
  /** No socket, or no way to the browser: why. */
  onFailed(why: string): void;
}

/** The media thread's end of the WebRTC thread, which is started with the first browser. */
export class WebrtcThread {
  private worker?: Worker;
  private ready?: Promise<Fingerprint>;
  private readonly legs = new Map<number, LegListener>();
  private lastLeg = 0;

  /** The certificate's, for the SDP; the thread runs then. @throws when it cannot be started */
  fingerprint(): Promise<Fingerprint> {
    this.ready ??= this.start();
    return this.ready;
  }

  /** @returns the leg's number */
  join(listener: LegListener): number {
    this.lastLeg += 1;
    this.legs.set(this.lastLeg, listener);
    return this.lastLeg;
  }

  order(order: Order): void {
    this.worker?.postMessage(order);
    if ('close' in order) this.legs.delete(order.leg);
  }

  /** Encrypts and sends. */
  sendRtp(leg: number, packet: Buffer): void {
    // A buffer of its own is handed over; a part of a larger one would be copied whole.
    const bytes = new Uint8Array(LEG_ID_BYTES + packet.length);
    new DataView(bytes.buffer).setUint32(0, leg);
    bytes.set(packet, LEG_ID_BYTES);
    this.worker?.postMessage(bytes, [bytes.buffer]);
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private start(): Promise<Fingerprint> {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { env: {} });
    this.worker = worker;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: Report | Uint8Array) => {
        if (message instanceof Uint8Array) this.received(message);
        else if ('ready' in message) resolve(message.ready);
        else this.told(message);
      });
      worker.once('error', (error) => {
        log('media-server').error({ error: error.message }, 'the WebRTC thread failed');
        reject(error);
      });
      worker.once('exit', () => this.ended(worker));
    });
  }

  /** Its legs are gone with it; the next browser starts another one. */
  private ended(worker: Worker): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    this.ready = undefined;
    for (const leg of this.legs.values()) leg.onFailed('the WebRTC thread ended');
    this.legs.clear();
  }

  private received(message: Uint8Array): void {
    const bytes = Buffer.from(message.buffer);
    this.legs.get(bytes.readUInt32BE(0))?.onRtp(bytes.subarray(LEG_ID_BYTES));
  }

  private told(report: Exclude<Report, { ready: unknown }>): void {
    const leg = this.legs.get(report.leg);
    if ('opened' in report) leg?.onOpened();
    else if ('failed' in report) leg?.onFailed(report.failed);
  }
}
