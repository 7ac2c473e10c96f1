import type { CompanyConfig, ExtensionConfig, Snapshot } from '../provisioning/config.js';
import { parseNameAddress, parseSipUri } from './sip-values.js';

export interface AddressOfRecord {
  user: string;
  host: string;
  /** Undefined where there is no such company or extension. */
  extension: ExtensionConfig | undefined;
}

/** The extension a To or From header speaks of. @returns undefined where the header cannot be read */
export function readAddressOfRecord(
  header: string | undefined,
  snapshot: Snapshot,
): AddressOfRecord | undefined {
  const address = parseNameAddress(header);
  const uri = address && parseSipUri(address.uri);
  if (!uri || uri.scheme === 'tel') return undefined;
  const company = companyOfHost(uri.host, snapshot);
  const extension = company && snapshot.extensionByNumber(company.id, uri.user);
  return { user: uri.user, host: uri.host, extension };
}

/** A company by the host part of its addresses; else the one that answers to any host. */
function companyOfHost(host: string, snapshot: Snapshot): CompanyConfig | undefined {
  const companies = [...snapshot.companies.values()];
  return (
    companies.find(({ sipDomain }) => sipDomain?.toLowerCase() === host) ??
    companies.find(({ sipDomain }) => sipDomain === null)
  );
}
