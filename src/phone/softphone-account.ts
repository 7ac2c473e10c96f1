import { createHash } from 'node:crypto';
import type { SoftphoneForm } from '../contracts/softphone-link.js';
import type { SoftphoneSettings } from '../contracts/standing.js';
import { REALM } from '../sip/digest.js';
import { ALGORITHMS, type DigestAlgorithm } from '../sip/digest-hash.js';

/** What a softphone is to register as, and where. */
export interface SoftphoneAccount {
  number: string;
  name: string;
  password: string;
  server: SoftphoneSettings;
}

/** The account as the softphone reads it: an XML document. */
export const accountDocument = (form: SoftphoneForm, account: SoftphoneAccount): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${DOCUMENTS[form](account)}\n`;

const DOCUMENTS: Record<SoftphoneForm, (account: SoftphoneAccount) => string> = {
  linphone,
  acrobits,
  zoiper,
};

/**
 * Linphone’s remote provisioning (wiki.linphone.org, “Remote Provisioning”; the keys: liblinphone’s “Provisioning
 * configuration keys”). It gets hashes that are good in our realm alone, one an algorithm, in place of the password; the
 * older one first, which versions take that know of no other.
 */
function linphone({ number, name, password, server }: SoftphoneAccount): string {
  const { uri, domain } = placeOf(server);
  const identity = `"${name.replace(/["\\\r\n]/g, '')}" <sip:${number}@${domain}>`;
  const hashes = (['MD5', 'SHA-256'] as const).map((algorithm, index) =>
    section(`auth_info_${index}`, {
      username: number,
      ha1: ha1(algorithm, number, password),
      algorithm,
      realm: REALM,
      domain,
    }),
  );
  return [
    '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">',
    // It would fetch the link again at each start, and the link is good once.
    section('misc', { transient_provisioning: '1' }),
    section('sip', { default_proxy: '0' }),
    section('proxy_0', {
      reg_proxy: `<${uri}>`,
      reg_route: `<${uri}>`,
      reg_identity: identity,
      realm: REALM,
      reg_sendregister: '1',
      publish: '0',
    }),
    ...hashes,
    '</config>',
  ].join('\n');
}

/** Acrobits’ Account XML (doc.acrobits.net, “Account XML”), as its external provisioning wants it. */
function acrobits({ number, name, password, server }: SoftphoneAccount): string {
  const { hostPort, transport } = placeOf(server);
  return element('account', [
    text('title', `${name} ${number}`),
    text('username', number),
    text('password', password),
    text('userDisplayName', name),
    text('host', server.domain ?? hostPort),
    ...(server.domain === null ? [] : [text('proxy', hostPort)]),
    // tls there means sips: addresses, which reach TLS alone.
    text('transport', transport === 'tls' ? 'tls+sip:' : transport),
  ]);
}

/** Zoiper’s token-based provisioning (oem.zoiper.com); server and transport stand in the OEM portal. */
function zoiper({ number, password }: SoftphoneAccount): string {
  return element('options', [
    element('accounts', [
      element('account', [
        text('username', number),
        text('password', password),
        text('authentication_username', number),
      ]),
    ]),
  ]);
}

/** TCP where there is no TLS: INVITEs with many candidates do not fit into a datagram, and it keeps its way through a router. */
function placeOf({ host, port, tlsPort, domain }: SoftphoneSettings) {
  const transport = tlsPort === null ? 'tcp' : 'tls';
  const written = host.includes(':') ? `[${host}]` : host;
  const hostPort = `${written}:${tlsPort ?? port}`;
  return { transport, hostPort, uri: `sip:${hostPort};transport=${transport}`, domain: domain ?? written };
}

/** RFC 7616 §3.4.2, in hexadecimal. */
const ha1 = (algorithm: DigestAlgorithm, username: string, password: string): string =>
  createHash(ALGORITHMS[algorithm]).update(`${username}:${REALM}:${password}`).digest('hex');

const section = (name: string, entries: Record<string, string>): string =>
  [
    `<section name="${name}">`,
    ...Object.entries(entries).map(
      ([key, value]) => `<entry name="${key}" overwrite="true">${escaped(value)}</entry>`,
    ),
    '</section>',
  ].join('\n');

const element = (name: string, children: string[]): string =>
  [`<${name}>`, ...children, `</${name}>`].join('\n');
const text = (name: string, value: string): string => `<${name}>${escaped(value)}</${name}>`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** XML 1.0 §2.2: what is no character there cannot be escaped either. */
const NO_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const escaped = (value: string): string =>
  value.replace(NO_CHARACTER, '').replace(/[&<>]/g, (character) => ENTITIES[character] as string);
