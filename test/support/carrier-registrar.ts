import { createSocket } from 'node:dgram';

/** A carrier's registrar that takes every REGISTER. */
export interface CarrierRegistrar {
  readonly port: number;
  /** User part of each contact that was registered. */
  readonly contactUsers: ReadonlySet<string>;
  /** One per registering process. */
  readonly callIds: ReadonlySet<string>;
  close(): void;
}

export async function startCarrierRegistrar(): Promise<CarrierRegistrar> {
  const contactUsers = new Set<string>();
  const callIds = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const text = message.toString();
    if (!text.startsWith('REGISTER ')) return;
    const header = (name: string) => new RegExp(`^${name}:.*$`, 'im').exec(text)?.[0] ?? '';
    const contact = header('Contact');
    contactUsers.add(/sip:([^@]+)@/.exec(contact)?.[1] ?? '');
    callIds.add(header('Call-ID'));
    const rows = ['SIP/2.0 200 OK', header('Via'), header('From'), `${header('To')};tag=registrar`];
    rows.push(header('Call-ID'), header('CSeq'), contact, 'Content-Length: 0', '', '');
    socket.send(rows.join('\r\n'), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  return { port: socket.address().port, contactUsers, callIds, close: () => socket.close() };
}
