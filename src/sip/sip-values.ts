/** Reading header values and URIs (RFC 3261 §25.1) that strangers wrote: nothing here throws. */

export interface NameAddress {
  displayName: string;
  uri: string;
  /** Header parameters; names in lower case, quotes taken off. */
  params: ReadonlyMap<string, string>;
}

export interface SipUri {
  scheme: 'sip' | 'sips' | 'tel';
  /** Percent escapes undone; parameters inside the user part (RFC 3261 §19.1.6) cut off. */
  user: string;
  /** Lower case; '' for tel. */
  host: string;
  port: number | undefined;
  params: ReadonlyMap<string, string>;
}

/** Cuts at `mark` where it stands outside quotes and angle brackets; empty parts are left out. */
export function splitOutside(value: string, mark: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  let angled = false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    if (quoted && c === '\\') {
      part += c + value.charAt(++i);
      continue;
    }
    if (c === '"') quoted = !quoted;
    else if (!quoted && c === '<') angled = true;
    else if (!quoted && c === '>') angled = false;
    if (c === mark && !quoted && !angled) {
      parts.push(part.trim());
      part = '';
    } else part += c;
  }
  parts.push(part.trim());
  return parts.filter((one) => one !== '');
}

/** Takes the quotes of a quoted-string off and undoes its escapes. */
export const unquote = (text: string): string =>
  text.startsWith('"') ? text.replace(/^"|"$/g, '').replace(/\\(.)/gs, '$1') : text;

/** A quoted-string; control characters, which would end the header, become spaces. */
export const quote = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  `"${text.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/["\\]/g, '\\$&')}"`;

/** `a=b;c` → map; a parameter without a value maps to ''. */
export function readParams(text: string, mark = ';'): Map<string, string> {
  const params = new Map<string, string>();
  for (const one of splitOutside(text, mark)) {
    const equals = one.indexOf('=');
    const name = (equals < 0 ? one : one.slice(0, equals)).trim().toLowerCase();
    if (name && !params.has(name)) params.set(name, equals < 0 ? '' : unquote(one.slice(equals + 1).trim()));
  }
  return params;
}

/** From, To, Contact, Path …: `"Name" <uri>;params` or `uri;params`. */
export function parseNameAddress(value: string | undefined): NameAddress | undefined {
  const text = value?.trim() ?? '';
  const parts = /^((?:"(?:[^"\\]|\\.)*"|[^"<])*)<([^<>]*)>(.*)$/s.exec(text);
  if (parts) {
    const uri = (parts[2] ?? '').trim();
    if (!uri || /\s/.test(uri)) return undefined;
    return { displayName: unquote((parts[1] ?? '').trim()), uri, params: readParams(parts[3] ?? '') };
  }
  // RFC 3261 §20: without <>, what follows a semicolon belongs to the header, not to the URI.
  const [uri, ...rest] = text.split(';');
  if (!uri || /[\s<>",]/.test(uri.trim())) return undefined;
  return { displayName: '', uri: uri.trim(), params: readParams(rest.join(';')) };
}

/** @returns undefined for what is no sip:, sips: or tel: URI */
export function parseSipUri(text: string): SipUri | undefined {
  const scheme = /^(sips?|tel):/i.exec(text)?.[1]?.toLowerCase() as SipUri['scheme'] | undefined;
  if (!scheme) return undefined;
  const rest = text.slice(scheme.length + 1);
  if (scheme === 'tel') {
    const [user = '', ...params] = rest.split(';');
    return { scheme, user, host: '', port: undefined, params: readParams(params.join(';')) };
  }
  // The user part may hold semicolons and question marks, so it is cut off first.
  const at = rest.indexOf('@');
  const userPart = at < 0 ? '' : rest.slice(0, at);
  const hostPart = /^(\[[0-9a-f:.]+\]|[^:;?[\]\s@]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i.exec(
    rest.slice(at + 1),
  );
  const port = hostPart?.[2] ? Number(hostPart[2]) : undefined;
  if (!hostPart?.[1] || (port !== undefined && (port < 1 || port > 65535))) return undefined;
  const user = unescape(userPart.split(':')[0]?.split(';')[0] ?? '');
  if (user === undefined) return undefined;
  return { scheme, user, host: hostPart[1].toLowerCase(), port, params: readParams(hostPart[3] ?? '') };
}

/** Undoes percent escapes; undefined where they are broken. */
function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A user part that is safe to write into a URI (RFC 3261 §25.1 user). */
export const escapeUser = (user: string): string =>
  encodeURIComponent(user).replace(/%2B/g, '+').replace(/%3D/g, '=');

/**
 * The parts in which two URIs must agree to be the same contact (RFC 3261 §19.1.4), in one string.
 * Parameters other than transport do not tell contacts of one phone apart.
 */
export function contactKey(uri: SipUri): string {
  const transport = uri.params.get('transport')?.toLowerCase() ?? (uri.scheme === 'sips' ? 'tls' : 'udp');
  const port = uri.port ?? (transport === 'tls' ? 5061 : 5060);
  return `${uri.scheme}:${uri.user}@${uri.host}:${port};transport=${transport}`;
}

/** The tokens of a list header (`Supported`, `Require`, `Allow`), in lower case. */
export const readTokens = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .filter(Boolean);
