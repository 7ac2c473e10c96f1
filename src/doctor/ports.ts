import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Settings } from '../common/env.js';
import { well, wrong, type Finding } from './finding.js';

export type PortState = 'free' | 'held' | 'forbidden' | 'no-such-address';

const BY_CODE: Readonly<Record<string, PortState>> = {
  EADDRINUSE: 'held',
  EACCES: 'forbidden',
  EADDRNOTAVAIL: 'no-such-address',
};

const stateOf = (error: NodeJS.ErrnoException): PortState => BY_CODE[error.code ?? ''] ?? 'held';

const tcpState = (ip: string, port: number): Promise<PortState> =>
  new Promise((done) => {
    const server = createServer().once('error', (error) => done(stateOf(error)));
    server.listen({ port, host: ip, exclusive: true }, () => server.close(() => done('free')));
  });

const udpState = (ip: string, port: number): Promise<PortState> =>
  new Promise((done) => {
    const socket = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => done(stateOf(error)));
    socket.bind({ port, address: ip, exclusive: true }, () => socket.close(() => done('free')));
  });

/** Pure: what the state of a port means. */
export function portFinding(what: string, port: number, state: PortState, isOurs: boolean): Finding {
  switch (state) {
    case 'free':
      return isOurs
        ? wrong(what, `${port} is free though Linekeeper runs here: does it have other settings?`)
        : well(what, `${port} is free`);
    case 'held':
      return isOurs
        ? well(what, `${port} is held, as Linekeeper runs here`)
        : wrong(what, `${port} is in use by another program: end it, or choose another port`);
    case 'forbidden':
      return wrong(what, `${port} may not be opened by this user: choose one above 1023`);
    case 'no-such-address':
      return wrong('LISTEN_IP', 'is no address of this machine: choose another');
    default:
      return state satisfies never;
  }
}

/** @param isRunning whether a Linekeeper with these settings was found: then it holds them */
export async function checkPorts(settings: Settings, isRunning: boolean): Promise<Finding[]> {
  const { LISTEN_IP: ip } = settings;
  const findings = [
    portFinding('HTTP_PORT', settings.HTTP_PORT, await tcpState(ip, settings.HTTP_PORT), isRunning),
  ];
  if (settings.DRACHTIO_URL) return findings; // SIP is drachtio-server's there, wherever it is
  const sip = [await udpState(ip, settings.SIP_PORT), await tcpState(ip, settings.SIP_PORT)];
  findings.push(
    portFinding('SIP_PORT', settings.SIP_PORT, sip.find((state) => state !== 'free') ?? 'free', isRunning),
  );
  const others: [string, number | undefined][] = [
    ['SIP_WS_PORT', settings.SIP_WS_PORT],
    ['SIP_TLS_PORT', settings.TLS_CERT ? (settings.SIP_TLS_PORT ?? settings.SIP_PORT + 1) : undefined],
  ];
  for (const [what, port] of others) {
    if (port !== undefined) findings.push(portFinding(what, port, await tcpState(ip, port), isRunning));
  }
  findings.push(rtpFinding(settings.RTP_PORTS, settings.MAX_CALLS_PER_MEDIA_SERVER));
  return findings;
}

/** A call has two legs, a leg an even port for RTP and the next for RTCP (RFC 3550 §11). */
const PORTS_PER_CALL = 4;

export function rtpFinding(range: string, calls: number): Finding {
  const [first = 0, last = 0] = range.split('-').map(Number);
  const room = Math.floor((last - first + 1) / PORTS_PER_CALL);
  return room >= calls
    ? well('RTP_PORTS', `${range}: room for ${room} calls`)
    : wrong(
        'RTP_PORTS',
        `${range} has room for ${Math.max(0, room)} calls, MAX_CALLS_PER_MEDIA_SERVER says ${calls}: widen it to ${calls * PORTS_PER_CALL} ports`,
      );
}
