import type { SipMessage } from '../sip-stack/index.js';

/** IANA's registry of SIP methods. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'UPDATE',
  'INFO',
  'SUBSCRIBE',
  'NOTIFY',
  'MESSAGE',
  'REFER',
  'PUBLISH',
]);

/** Option tags (IANA's registry) that this server or an application behind it may know how to serve. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  '100rel',
  'timer',
  'replaces',
  'path',
  'outbound',
  'gruu',
  'eventlist',
  'from-change',
  'histinfo',
  'ice',
  'join',
  'norefersub',
  'nosub',
  'precondition',
  'privacy',
  'sdp-anat',
  'siprec',
  'tdialog',
  'trickle-ice',
  'answermode',
]);

/** RFC 3261 §8.2.2.3: what the request requires and nobody here knows. */
export const unknownExtensions = (request: SipMessage): string[] =>
  request
    .getAll('require')
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && !KNOWN_EXTENSIONS.has(tag.toLowerCase()));
