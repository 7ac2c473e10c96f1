import type { Settings } from '../common/env.js';
import type { SoftphoneSettings } from '../contracts/standing.js';
import type { CompanyConfig } from './config.js';

/**
 * Where softphones of a company register.
 * @param askedHost by which who asks reached us: a server that listens everywhere has no address of its own
 */
export function softphoneServer(
  { LISTEN_IP, SIP_PORT, SIP_TLS_PORT }: Settings,
  company: CompanyConfig | undefined,
  askedHost: string,
): SoftphoneSettings {
  const isAnywhere = LISTEN_IP === '0.0.0.0' || LISTEN_IP === '::';
  return {
    host: isAnywhere ? askedHost.replace(/^\[|\]$/g, '') : LISTEN_IP,
    port: SIP_PORT,
    tlsPort: SIP_TLS_PORT ?? null,
    domain: company?.sipDomain ?? null,
  };
}
