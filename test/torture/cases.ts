/** What RFC 4475 asks of an element that receives the message. */
export type Outcome =
  /** Well-formed: it reaches the application, whole. */
  | { application: true }
  /** Answered by the stack or the server before any application hears of it. */
  | { status: number; headers?: Record<string, string> }
  /** A response that is of no use: silence. */
  | { dropped: true };

export interface TortureCase {
  section: string;
  name: string;
  title: string;
  outcome: Outcome;
  /** A datagram only: over a stream its Content-Length means something else. */
  datagram?: true;
}

const application = { application: true } as const;
const dropped = { dropped: true } as const;
const status = (code: number, headers?: Record<string, string>): Outcome => ({ status: code, headers });

/** The messages of RFC 4475, by section; the bytes are in messages/<name>.txt (LF stands for CRLF). */
export const CASES: readonly TortureCase[] = [
  {
    section: '3.1.1.1',
    name: 'wsinv',
    title: 'a short tortuous INVITE (within a dialog)',
    outcome: status(481),
  },
  { section: '3.1.1.2', name: 'intmeth', title: 'a wide range of valid characters', outcome: status(501) },
  { section: '3.1.1.3', name: 'esc01', title: 'valid use of the % escaping mechanism', outcome: application },
  { section: '3.1.1.4', name: 'escnull', title: 'escaped nulls in URIs', outcome: application },
  { section: '3.1.1.5', name: 'esc02', title: '% where it is no escape', outcome: status(501) },
  {
    section: '3.1.1.6',
    name: 'lwsdisp',
    title: 'no white space between display name and <',
    outcome: application,
  },
  { section: '3.1.1.7', name: 'longreq', title: 'long values in header fields', outcome: application },
  {
    section: '3.1.1.8',
    name: 'dblreq',
    title: 'extra trailing octets in a datagram',
    outcome: application,
    datagram: true,
  },
  {
    section: '3.1.1.9',
    name: 'semiuri',
    title: 'semicolon-separated parameters in the user part',
    outcome: application,
  },
  {
    section: '3.1.1.10',
    name: 'transports',
    title: 'varied and unknown transport types',
    outcome: application,
  },
  { section: '3.1.1.11', name: 'mpart01', title: 'a multipart MIME message', outcome: application },
  { section: '3.1.1.12', name: 'unreason', title: 'an unusual reason phrase', outcome: dropped },
  { section: '3.1.1.13', name: 'noreason', title: 'an empty reason phrase', outcome: dropped },
  { section: '3.1.2.1', name: 'badinv01', title: 'extraneous header field separators', outcome: status(400) },
  {
    section: '3.1.2.2',
    name: 'clerr',
    title: 'Content-Length larger than the message',
    outcome: status(400),
    datagram: true,
  },
  { section: '3.1.2.3', name: 'ncl', title: 'negative Content-Length', outcome: status(400) },
  {
    section: '3.1.2.4',
    name: 'scalar02',
    title: 'request scalar fields with overlarge values',
    outcome: status(400),
  },
  {
    section: '3.1.2.5',
    name: 'scalarlg',
    title: 'response scalar fields with overlarge values',
    outcome: dropped,
  },
  {
    section: '3.1.2.6',
    name: 'quotbal',
    title: 'unterminated quoted string in a display name',
    outcome: status(400),
  },
  { section: '3.1.2.7', name: 'ltgtruri', title: '<> enclosing the Request-URI', outcome: status(400) },
  { section: '3.1.2.8', name: 'lwsruri', title: 'white space within the Request-URI', outcome: status(400) },
  {
    section: '3.1.2.9',
    name: 'lwsstart',
    title: 'several SP between elements of the Request-Line',
    outcome: status(400),
  },
  { section: '3.1.2.10', name: 'trws', title: 'SP at the end of the Request-Line', outcome: status(400) },
  {
    section: '3.1.2.11',
    name: 'escruri',
    title: 'escaped header fields in the Request-URI',
    outcome: status(400),
  },
  { section: '3.1.2.12', name: 'baddate', title: 'an invalid time zone in Date', outcome: application },
  {
    section: '3.1.2.13',
    name: 'regbadct',
    title: 'a Contact URI that should stand in <>',
    outcome: status(400),
  },
  { section: '3.1.2.14', name: 'badaspec', title: 'spaces within addr-spec', outcome: status(400) },
  {
    section: '3.1.2.15',
    name: 'baddn',
    title: 'non-token characters in a display name',
    outcome: status(400),
  },
  { section: '3.1.2.16', name: 'badvers', title: 'an unknown protocol version', outcome: status(505) },
  { section: '3.1.2.17', name: 'mismatch01', title: 'method and CSeq method differ', outcome: status(400) },
  {
    section: '3.1.2.18',
    name: 'mismatch02',
    title: 'unknown method and CSeq method differ',
    outcome: status(501),
  },
  { section: '3.1.2.19', name: 'bigcode', title: 'an overlarge response code', outcome: dropped },
  {
    section: '3.2.1',
    name: 'badbranch',
    title: 'a transaction identifier that is missing',
    outcome: application,
  },
  { section: '3.3.1', name: 'insuf', title: 'required header fields are missing', outcome: status(400) },
  { section: '3.3.2', name: 'unkscm', title: 'a Request-URI with an unknown scheme', outcome: status(416) },
  {
    section: '3.3.3',
    name: 'novelsc',
    title: 'a Request-URI with a known but atypical scheme',
    outcome: status(416),
  },
  { section: '3.3.4', name: 'unksm2', title: 'unknown URI schemes in header fields', outcome: application },
  {
    section: '3.3.5',
    name: 'bext01',
    title: 'Proxy-Require and Require',
    outcome: status(420, { unsupported: 'nothingSupportsThis, nothingSupportsThisEither' }),
  },
  { section: '3.3.6', name: 'invut', title: 'an unknown Content-Type', outcome: application },
  { section: '3.3.7', name: 'regaut01', title: 'an unknown authorization scheme', outcome: application },
  { section: '3.3.8', name: 'multi01', title: 'several values in single-value fields', outcome: status(400) },
  { section: '3.3.9', name: 'mcl01', title: 'several Content-Length values', outcome: status(400) },
  { section: '3.3.10', name: 'bcast', title: '200 OK response with a broadcast Via', outcome: dropped },
  { section: '3.3.11', name: 'zeromf', title: 'Max-Forwards of zero', outcome: application },
  { section: '3.3.12', name: 'cparam01', title: 'REGISTER with a contact parameter', outcome: application },
  { section: '3.3.13', name: 'cparam02', title: 'REGISTER with a URI parameter', outcome: application },
  {
    section: '3.3.14',
    name: 'regescrt',
    title: 'REGISTER with an escaped header in the contact',
    outcome: application,
  },
  { section: '3.3.15', name: 'sdp01', title: 'an Accept that no answer can meet', outcome: application },
  { section: '3.4.1', name: 'inv2543', title: 'INVITE with RFC 2543 syntax', outcome: application },
];
