import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Srf from 'drachtio-srf';
import { startDrachtioServer } from '../../src/embedded/drachtio-server/index.js';
import { UserAgent } from '../../src/embedded/sip-stack/index.js';

/** A self-signed certificate for nothing but this. */
const CERT = join(import.meta.dirname, 'tls', 'cert.pem');
const KEY = join(import.meta.dirname, 'tls', 'key.pem');

it('a TLS phone calls and is called over TLS', async () => {
  const server = await startDrachtioServer({
    sip: { ip: '127.0.0.1', port: 0, tls: { port: 0, cert: CERT, key: KEY } },
    drachtio: { port: 0, secret: 'tls' },
    timers: { t1: 50, t2: 200, t4: 100 },
  });
  const phone = new UserAgent({ user: 'phone' });
  const tls = { cert: readFileSync(CERT, 'utf8'), key: readFileSync(KEY, 'utf8') };
  const { port } = await phone.listen({ protocol: 'tls', ip: '127.0.0.1', port: 0, tls });
  const srf: any = new Srf(); // eslint-disable-line @typescript-eslint/no-explicit-any -- srf's own types leave it open
  srf.on('error', () => undefined);
  srf.options((_req: unknown, res: { send(status: number): void }) => res.send(200));
  srf.connect({ host: '127.0.0.1', port: server.adminPort, secret: 'tls' });
  await new Promise((resolve) => srf.on('connect', resolve));
  const uri = `sip:a@127.0.0.1:${server.tlsPort};transport=tls`;
  let status = 503;
  while (status === 503)
    status = (await phone.request({ method: 'OPTIONS', uri, from: '<sip:p@127.0.0.1>' })).status;
  expect(status).toBe(200);
  phone.onInvite((invite) => void invite.answer({ body: 'v=0\r\n' }));
  const dialog = await srf.createUAC(`sip:phone@127.0.0.1:${port};transport=tls`, { localSdp: 'v=0\r\n' });
  expect(dialog.remote.sdp).toBe('v=0\r\n');
  await dialog.destroy();
  srf.disconnect();
  await phone.close();
  await server.stop();
  expect(server.counts()).toMatchObject({ transactions: 0, dialogs: 0, timers: 0, connections: 0 });
});
