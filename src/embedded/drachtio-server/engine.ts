import {
  serializeText,
  type SipEndpoint,
  type SipFlow,
  type SipMessage,
  type SipProtocol,
} from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import type { AdminServer } from './admin-server.js';
import type { DialogStore } from './dialog-store.js';
import { metaOf, sipFrame, type FrameSource } from './frames.js';

/** What the parts of the server share. */
export interface Engine {
  endpoint: SipEndpoint;
  admin: AdminServer;
  dialogs: DialogStore;
}

/** host:port that messages of this protocol leave by. */
export function hostPort(engine: Engine, protocol: SipProtocol): string {
  const local = engine.endpoint.localAddress(protocol);
  return `${local?.ip ?? '127.0.0.1'}:${local?.port ?? 5060}`;
}

export function contactOf(engine: Engine, protocol: SipProtocol): string {
  const transport = protocol === 'udp' ? '' : `;transport=${protocol}`;
  return `<sip:${hostPort(engine, protocol)}${transport}>`;
}

/** Hands a message to an application. */
export function tell(
  client: AdminClient,
  message: SipMessage,
  flow: SipFlow,
  transactionId: string,
  dialogId: string,
  how: { source?: FrameSource; receivedOn?: { ip: string; port: number } } = {},
): void {
  const raw = serializeText(message);
  client.send(
    sipFrame(metaOf(how.source ?? 'network', raw, flow), raw, transactionId, dialogId, how.receivedOn),
  );
}
