import Mrf from 'drachtio-fsmrf';
import { AppError, messageOf } from '../common/app-error.js';
import type { EslConnection } from './esl-connection.js';

/** The name of our sofia profile in freeswitch/. */
const PROFILE = 'drachtio_mrf';
const RUNNING = new RegExp(`^\\s*${PROFILE}\\s+profile\\s.*RUNNING`, 'm');

/**
 * Finds where a FreeSWITCH takes SIP, by drachtio-fsmrf. Its own connection is closed again: it would neither renew
 * its subscription after a loss nor outlive a refused reconnect, and tells of both on the console.
 * @param srf the drachtio client, which drachtio-fsmrf wants to hold
 * @param esl connected
 * @returns `ip:port` of our profile
 * @throws AppError with what to do
 */
export async function discoverSip(srf: unknown, esl: EslConnection, password: string): Promise<string> {
  // Asked first by ourselves: drachtio-fsmrf throws where nobody can catch it when the profile is not there.
  if (!RUNNING.test(await esl.api('sofia', 'status'))) throw missing(esl, 'sofia status does not show it');
  const { host: address, port } = esl;
  const server = await new Mrf(srf)
    .connect({ address, port, secret: password, listenAddress: '127.0.0.1', profile: PROFILE })
    .catch((error: unknown) => {
      throw missing(esl, messageOf(error));
    });
  const sip = server.sip.ipv4.udp.address;
  server.disconnect();
  server.conn.on('error', () => undefined); // its own listeners are gone; a reset of the closing socket is nothing
  if (!sip) throw missing(esl, 'it has no IPv4 address');
  return sip;
}

const missing = ({ host, port }: EslConnection, why: string) =>
  new AppError(
    'media-server-profile',
    `FreeSWITCH at ${host}:${port} has no running SIP profile "${PROFILE}": start it with the configuration in freeswitch/ (${why})`,
  );
