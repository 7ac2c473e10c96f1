import { readParams } from './header-values.js';

export interface SipUri {
  scheme: 'sip' | 'sips';
  /** Still escaped, with its password and parameters if it has any; '' when there is none. */
  user: string;
  host: string;
  port: number | undefined;
  /** Lower-case name → value. */
  params: Map<string, string>;
}

/** sip: and sips: URIs (RFC 3261 §19.1); undefined for anything else. */
export function parseUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const at = text.lastIndexOf('@'); // a user part may hold ; and ? (RFC 4475 §3.1.1.2, §3.1.1.9)
  const user = at < 0 ? '' : text.slice(colon + 1, at);
  const hostStart = (at < 0 ? colon : at) + 1;
  const question = text.indexOf('?', hostStart);
  const hostPart = question < 0 ? text.slice(hostStart) : text.slice(hostStart, question);
  const semicolon = hostPart.indexOf(';');
  const hostPort = semicolon < 0 ? hostPart : hostPart.slice(0, semicolon);
  const bracket = hostPort.charCodeAt(0) === 91 ? hostPort.indexOf(']') : 0;
  if (bracket < 0) return undefined;
  const portColon = hostPort.indexOf(':', bracket);
  const host = portColon < 0 ? hostPort : hostPort.slice(0, portColon);
  const port = portColon < 0 ? undefined : Number(hostPort.slice(portColon + 1));
  if (host === '' || (port !== undefined && !(port > 0 && port < 65536))) return undefined;
  try {
    return {
      scheme,
      user,
      host,
      port,
      params: semicolon < 0 ? new Map() : readParams(hostPart.slice(semicolon)),
    };
  } catch {
    return undefined;
  }
}
