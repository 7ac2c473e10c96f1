/** Values of header fields, read without back-tracking expressions (RFC 3261 §25). */

export interface NameAddr {
  /** Without its quotes, escapes undone. */
  displayName: string;
  uri: string;
  /** Lower-case name → value; '' for a parameter without one. */
  params: Map<string, string>;
}

export interface Via {
  /** 2.0, or what a peer of another time says. */
  version: string;
  /** As it came: UDP, TCP, TLS, WS, WSS or anything. */
  transport: string;
  host: string;
  port: number | undefined;
  params: Map<string, string>;
  /** This one value, as it came. */
  raw: string;
}

/** Thrown inside the parser only; it becomes a 400. */
export class HeaderValueError extends Error {}

/** The place of the first `wanted` outside quotes and angle brackets, or -1. */
export function indexOutside(value: string, wanted: string, from = 0): number {
  const code = wanted.charCodeAt(0);
  let quoted = false;
  let angled = false;
  for (let i = from; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (quoted) {
      if (c === 92) i++;
      else if (c === 34) quoted = false;
    } else if (c === 34) {
      if (c === code) return i;
      quoted = true;
    } else if (c === code && !(angled && code !== 62)) return i;
    else if (c === 60) angled = true;
    else if (c === 62) angled = false;
  }
  return -1;
}

/** Cuts a comma list into its values; quotes and <…> keep their commas. */
export function splitList(value: string): string[] {
  const first = value.indexOf(',');
  if (first < 0) return [value.trim()];
  const values: string[] = [];
  let start = 0;
  for (;;) {
    const comma = indexOutside(value, ',', start);
    const one = (comma < 0 ? value.slice(start) : value.slice(start, comma)).trim();
    if (one !== '') values.push(one);
    if (comma < 0) return values;
    start = comma + 1;
  }
}

const isTokenCode = (c: number): boolean =>
  (c >= 97 && c <= 122) ||
  (c >= 65 && c <= 90) ||
  (c >= 48 && c <= 57) ||
  c === 45 ||
  c === 46 ||
  c === 33 ||
  c === 37 ||
  c === 42 ||
  c === 95 ||
  c === 43 ||
  c === 96 ||
  c === 39 ||
  c === 126;

/** token of RFC 3261 §25.1. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false;
  return true;
}

/** `;a=b;c` → map. `strict`: an empty or nameless parameter is an error. */
export function readParams(text: string, strict = false): Map<string, string> {
  const params = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    while (at < text.length && text.charCodeAt(at) <= 32) at++;
    if (at >= text.length) break;
    if (text.charCodeAt(at) !== 59) throw new HeaderValueError('what follows is no parameter');
    const end = indexOutside(text, ';', at + 1);
    const one = end < 0 ? text.slice(at + 1) : text.slice(at + 1, end);
    at = end < 0 ? text.length : end;
    const equals = one.indexOf('=');
    const name = (equals < 0 ? one : one.slice(0, equals)).trim().toLowerCase();
    if (strict && !isToken(name)) throw new HeaderValueError('a parameter has no proper name');
    if (name !== '') params.set(name, equals < 0 ? '' : unquote(one.slice(equals + 1).trim()));
  }
  return params;
}

/** Takes the quotes of a quoted-string away and its escapes with them. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== 34) return text;
  const inner = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1);
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner;
}

/** From, To, Contact, Route …: `"Name" <uri>;params` or `uri;params`. Never throws; see checkNameAddr. */
export function nameAddr(value: string): NameAddr {
  const open = indexOutside(value, '<');
  if (open >= 0) {
    const close = value.indexOf('>', open);
    const end = close < 0 ? value.length : close;
    return {
      displayName: unquote(value.slice(0, open).trim()),
      uri: value.slice(open + 1, end).trim(),
      params: tolerantParams(value.slice(end + 1)),
    };
  }
  // RFC 3261 §20: without <>, what follows a semicolon belongs to the header, not to the URI.
  const semicolon = value.indexOf(';');
  return {
    displayName: '',
    uri: (semicolon < 0 ? value : value.slice(0, semicolon)).trim(),
    params: semicolon < 0 ? new Map() : tolerantParams(value.slice(semicolon)),
  };
}

function tolerantParams(text: string): Map<string, string> {
  try {
    return readParams(text);
  } catch {
    return new Map();
  }
}

/** @throws HeaderValueError when the value breaks the grammar in a way that leaves its meaning open */
export function checkNameAddr(value: string): void {
  const open = indexOutside(value, '<');
  if (open < 0) {
    const semicolon = value.indexOf(';');
    const uri = (semicolon < 0 ? value : value.slice(0, semicolon)).trim();
    if (value.charCodeAt(0) === 34 || !hasScheme(uri)) throw new HeaderValueError('no URI');
    // RFC 3261 §20.10: a URI with a comma, question mark or semicolon must stand in <>.
    if (/[\s,?]/.test(uri)) throw new HeaderValueError('the URI is not enclosed in <>');
    if (semicolon >= 0) readParams(value.slice(semicolon), true);
    return;
  }
  const name = value.slice(0, open).trim();
  if (name.charCodeAt(0) === 34) {
    if (!isQuotedString(name)) throw new HeaderValueError('unbalanced quotes');
  }
  // Unquoted, a comma or another mark leaves open where the value begins (RFC 4475 §3.1.2.15).
  else if (/[,;:@>]/.test(name)) throw new HeaderValueError('a display name needs quotes');
  const close = value.indexOf('>', open);
  if (close < 0) throw new HeaderValueError('unbalanced <');
  const uri = value.slice(open + 1, close);
  if (/\s/.test(uri) || !hasScheme(uri)) throw new HeaderValueError('no URI inside <>');
  readParams(value.slice(close + 1), true);
}

const isQuotedString = (text: string): boolean => /^"(?:[^"\\]|\\.)*"$/s.test(text);

/** `scheme:` at the start of a URI (RFC 3986 §3.1). */
export function hasScheme(uri: string): boolean {
  const colon = uri.indexOf(':');
  return colon > 0 && colon < uri.length - 1 && /^[a-z][a-z0-9+.-]*$/i.test(uri.slice(0, colon));
}

/** The first value of a Via field, or undefined where it can not be read. */
export function topVia(value: string): Via | undefined {
  const comma = indexOutside(value, ',');
  return readVia(comma < 0 ? value : value.slice(0, comma));
}

/** Every value of a Via field. */
export const readVias = (value: string): (Via | undefined)[] => splitList(value).map(readVia);

/** `SIP/2.0/UDP host:port;params`, with white space around each mark (RFC 3261 §25.1 SLASH, COLON, SEMI). */
function readVia(raw: string): Via | undefined {
  const slash1 = raw.indexOf('/');
  const slash2 = raw.indexOf('/', slash1 + 1);
  if (slash1 < 0 || slash2 < 0) return undefined;
  const version = raw.slice(slash1 + 1, slash2).trim();
  if (raw.slice(0, slash1).trim().toUpperCase() !== 'SIP' || !/^\d\.\d$/.test(version)) return undefined;
  let at = slash2 + 1;
  while (at < raw.length && raw.charCodeAt(at) <= 32) at++;
  const start = at;
  while (at < raw.length && isTokenCode(raw.charCodeAt(at))) at++;
  const transport = raw.slice(start, at);
  const semicolon = raw.indexOf(';', at);
  const sentBy = (semicolon < 0 ? raw.slice(at) : raw.slice(at, semicolon)).trim();
  if (transport === '' || sentBy === '') return undefined;
  const bracket = sentBy.charCodeAt(0) === 91 ? sentBy.indexOf(']') : 0;
  const colon = sentBy.indexOf(':', bracket < 0 ? 0 : bracket);
  const host = (colon < 0 ? sentBy : sentBy.slice(0, colon)).trim();
  const port = colon < 0 ? undefined : Number(sentBy.slice(colon + 1).trim());
  if (host === '' || /\s/.test(host) || (port !== undefined && !(port >= 0 && port < 65536)))
    return undefined;
  try {
    const params = semicolon < 0 ? new Map<string, string>() : readParams(raw.slice(semicolon), true);
    return { version, transport: transport.toUpperCase(), host, port, params, raw };
  } catch {
    return undefined;
  }
}
