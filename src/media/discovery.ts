import Mrf, { type FsmrfMediaServer } from 'drachtio-fsmrf';
import { AppError, messageOf } from '../common/app-error.js';
import type { EslConnection } from './esl-connection.js';

/** The name of our sofia profile in freeswitch/. */
const PROFILE = 'drachtio_mrf';
/** drachtio-fsmrf gives a server one second; a busy one, or a busy machine, needs longer now and then. */
const ATTEMPTS = 5;
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
  const server = await connect(srf, esl, password, ATTEMPTS);
  const sip = server.sip.ipv4.udp.address;
  server.disconnect();
  server.conn.on('error', () => undefined); // its own listeners are gone; a reset of the closing socket is nothing
  if (!sip) throw missing(esl, 'it has no IPv4 address');
  return sip;
}

async function connect(
  srf: unknown,
  esl: EslConnection,
  secret: string,
  attempts: number,
): Promise<FsmrfMediaServer> {
  const { host: address, port } = esl;
  try {
    const options = { address, port, secret, listenAddress: '127.0.0.1', profile: PROFILE };
    return await new Mrf(srf).connect(options);
  } catch (error) {
    if (attempts > 1) return connect(srf, esl, secret, attempts - 1);
    throw missing(esl, messageOf(error));
  }
}

const missing = ({ host, port }: EslConnection, why: string) =>
  new AppError(
    'media-server-profile',
    `FreeSWITCH at ${host}:${port} has no running SIP profile "${PROFILE}": start it with the configuration in freeswitch/ (${why})`,
  );
