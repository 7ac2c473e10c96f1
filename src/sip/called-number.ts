import { PhoneNumber } from '../common/phone-number.js';
import type { CompanyConfig, CompanyNumberConfig, Snapshot } from '../provisioning/config.js';
import { companyNumberOf } from './sip-target.js';
import { parseNameAddress, parseSipUri, splitOutside } from './sip-values.js';

/** Where carriers put the dialled number, in the order in which they are believed. */
export interface CalledHeaders {
  requestUri: string;
  to: string | undefined;
  /** RFC 7315 §4.2: the number before the carrier rewrote the Request-URI to our registered contact. */
  calledPartyId?: string;
  /** RFC 5806: the number from which the call was forwarded to us. */
  diversion?: string;
}

/** @returns the company's number that was dialled; undefined when none of the headers names one */
export function readCompanyNumber(
  headers: CalledHeaders,
  company: CompanyConfig,
  snapshot: Snapshot,
): CompanyNumberConfig | undefined {
  const uris = [
    headers.requestUri,
    parseNameAddress(headers.to)?.uri,
    ...[headers.calledPartyId, headers.diversion]
      .flatMap((value) => splitOutside(value ?? '', ','))
      .map((value) => parseNameAddress(value)?.uri),
  ];
  for (const uri of uris) {
    const found = uri && lookUp(parseSipUri(uri)?.user ?? '', company, snapshot);
    if (found) return found;
  }
  return undefined;
}

function lookUp(user: string, company: CompanyConfig, snapshot: Snapshot): CompanyNumberConfig | undefined {
  const number = PhoneNumber.parse(user, company.country);
  const digits = user.replace(/\D/g, '');
  // Numbers that no plan lists (new ranges, tests) are found by their bare digits.
  const found = (number && companyNumberOf(snapshot, number)) ?? snapshot.companyNumbers.get(`+${digits}`);
  return found?.companyId === company.id ? found : undefined;
}
