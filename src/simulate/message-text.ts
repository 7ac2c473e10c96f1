import type { SipMessage } from '../embedded/sip-stack/index.js';

/** A message as it is read in a trace. */
export const textOf = (message: SipMessage): string =>
  [
    message.isRequest ? `${message.method} ${message.uri}` : `${message.status} ${message.reason}`,
    ...message.headers.map(({ name, value }) => `${name}: ${value}`),
    '',
    message.text,
  ].join('\n');
