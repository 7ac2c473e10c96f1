import { pino, type Logger } from 'pino';

export type Log = Logger;

let root: Log = pino({ level: 'info' });

/** Sets the level once, at start. Numbers of clients print masked (PhoneNumber); secrets are cut out here. */
export function configureLog(level: string): void {
  root = pino({
    level,
    base: undefined,
    redact: {
      paths: ['password', 'secret', 'token', '*.password', '*.secret', '*.token'],
      censor: '[secret]',
    },
  });
}

/** The log of one part of the system: `log('ledger').warn({callId}, '…')`. */
export const log = (part: string): Log => root.child({ part });
