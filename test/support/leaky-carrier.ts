import { randomUUID } from 'node:crypto';
import type { DialOptions } from '../../src/simulate/outgoing-call.js';

/** A client's number as one carrier or another writes it. */
export interface Spelling {
  /** E.164. */
  number: string;
  /** The user part of From. */
  from: string;
  /** What people would read. */
  shown: string;
}

/** The same client, three times. @param number of +7 and ten digits */
export function spellingsOf(number: string): [Spelling, Spelling, Spelling] {
  const digits = number.slice(2);
  const [city, local, middle, last] = [
    digits.slice(0, 3),
    digits.slice(3, 6),
    digits.slice(6, 8),
    digits.slice(8),
  ];
  return [
    { number, from: number, shown: `+7 ${city} ${local} ${middle} ${last}` },
    { number, from: `8${digits}`, shown: `8 (${city}) ${local}-${middle}-${last}` },
    { number, from: number.slice(1), shown: `7-${city}-${local}.${middle}.${last}` },
  ];
}

/**
 * An INVITE that tells the caller's number in every place a carrier may put it.
 * @param port where the carrier listens, for Contact
 */
export const leakyCall = (spelling: Spelling, port: number): DialOptions => ({
  from: spelling.from,
  displayName: `Ivan ${spelling.shown}`,
  callId: `${spelling.from}-${randomUUID()}@${spelling.number.slice(1)}.carrier.example`,
  headers: { ...leakyHeaders(spelling, port), Privacy: 'none' },
  sdp: (own) => leakySdp(own, spelling),
});

/** Headers that name a caller, that carriers add, and that are passed on by careless exchanges. */
export function leakyHeaders({ number, from, shown }: Spelling, port: number): Record<string, string> {
  const uri = `sip:${number}@carrier.example;user=phone`;
  const digits = number.slice(1);
  return {
    Contact: `"${shown}" <sip:${from}@127.0.0.1:${port}>`,
    'P-Asserted-Identity': `"${shown}" <${uri}>, <tel:${number};phone-context=+7>`,
    'P-Preferred-Identity': `"${shown}" <sip:${from}@carrier.example>`,
    'Remote-Party-ID': `"${shown}" <${uri}>;party=calling;id-type=subscriber;privacy=off;screen=yes`,
    Diversion: `"${shown}" <tel:${number}>;reason=unconditional;counter=1`,
    'History-Info': `<sip:${from}@carrier.example?Reason=SIP%3Bcause%3D302>;index=1`,
    'Referred-By': `<${uri}>`,
    'Reply-To': `"${shown}" <${uri}>`,
    'P-Charging-Vector': `icid-value=${digits};orig-ioi=carrier.example`,
    'P-Charge-Info': `<${uri}>;npi=ISDN;noa=3`,
    'P-Access-Network-Info': `3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=${digits}`,
    'User-to-User': `${Buffer.from(number).toString('hex')};encoding=hex`,
    'Call-Info': `<http://carrier.example/photo/${digits}.jpg>;purpose=icon`,
    'Alert-Info': `<http://carrier.example/ring/${digits}.wav>`,
    Geolocation: `<cid:${digits}@carrier.example>`,
    Organization: shown,
    Subject: `call of ${shown}`,
    'In-Reply-To': `${digits}@carrier.example`,
    'X-Caller': from,
    'X-Original-ANI': Buffer.from(number).toString('base64'),
    'X-Number': encodeURIComponent(shown),
  };
}

/** RFC 4566 §5: every line of an SDP that may name somebody. */
export function leakySdp(own: string, { number, shown }: Spelling): string {
  const digits = number.slice(1);
  return own
    .replace(/^o=-/m, `o=${digits}`)
    .replace(
      /^s=-\r\n/m,
      [`s=call of ${shown}`, `i=${shown}`, `u=http://carrier.example/${digits}`]
        .concat(`e=${digits}@carrier.example (${shown})`, `p=${number} (${shown})`, '')
        .join('\r\n'),
    )
    .concat(`a=x-caller:${number}\r\na=ssrc:1 cname:${digits}\r\na=label:${digits}\r\n`);
}
