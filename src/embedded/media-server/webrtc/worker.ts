/** The WebRTC thread: handshakes and encryption would hold up the media thread's 20 ms. */
import { parentPort } from 'node:worker_threads';
import { RTCDtlsTransport } from 'werift';
import { messageOf } from '../../../common/app-error.js';
import { BrowserLeg } from './browser-leg.js';
import { LEG_ID_BYTES, type OpenOrder, type Order, type Report } from './messages.js';

const legs = new Map<number, BrowserLeg>();
const certificate = await RTCDtlsTransport.SetupCertificate();

const report = (message: Report) => parentPort?.postMessage(message);

async function open(leg: number, order: OpenOrder): Promise<void> {
  try {
    const opened = await BrowserLeg.open(order, certificate, {
      onRtp: (packet) => toMediaThread(leg, packet),
      onConnected: () => report({ leg, connected: true }),
      onFailed: (failed) => report({ leg, failed }),
    });
    legs.set(leg, opened);
    report({ leg, opened: true });
  } catch (error) {
    report({ leg, failed: messageOf(error) });
  }
}

/** A buffer of its own, so that it can be handed over instead of being copied. */
function toMediaThread(leg: number, packet: Buffer): void {
  const bytes = new Uint8Array(LEG_ID_BYTES + packet.length);
  new DataView(bytes.buffer).setUint32(0, leg);
  bytes.set(packet, LEG_ID_BYTES);
  parentPort?.postMessage(bytes, [bytes.buffer]);
}

parentPort?.on('message', (message: Order | Uint8Array) => {
  if (message instanceof Uint8Array) {
    const bytes = Buffer.from(message.buffer);
    return legs.get(bytes.readUInt32BE(0))?.send(bytes.subarray(LEG_ID_BYTES));
  }
  const leg = legs.get(message.leg);
  if ('open' in message) void open(message.leg, message.open);
  else if ('remote' in message) leg?.setRemote(message.remote);
  else if ('restart' in message) leg?.restart(message.restart);
  else {
    leg?.close();
    legs.delete(message.leg);
  }
});

const [fingerprint] = certificate.getFingerprints();
if (fingerprint) report({ ready: { algorithm: fingerprint.algorithm, value: fingerprint.value } });
