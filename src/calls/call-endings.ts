import { AppError } from '../common/app-error.js';
import { SipRejected } from '../sip/sip-rejected.js';

export type Direction = 'inbound' | 'outbound' | 'internal';
export type Outcome = 'answered' | 'missed' | 'abandoned' | 'refused' | 'unreached';
export type EndedBy = 'client' | 'manager' | 'carrier' | 'media' | 'system';

interface Ending {
  /** What it comes to for an inbound call that nobody had answered; an answered call stays answered. */
  unanswered: Exclude<Outcome, 'answered'>;
  endedBy: EndedBy;
  /** ITU-T Q.850. */
  cause: number;
  /** The final response to a caller who still waits (RFC 3261 §21). */
  sipStatus: number;
}

/** Every way a call can end. There is no "unknown": whoever finds a new way names it here. */
export const ENDINGS = {
  'client-hung-up': { unanswered: 'abandoned', endedBy: 'client', cause: 16, sipStatus: 487 },
  'caller-gave-up': { unanswered: 'abandoned', endedBy: 'client', cause: 16, sipStatus: 487 },
  'manager-hung-up': { unanswered: 'missed', endedBy: 'manager', cause: 16, sipStatus: 480 },
  'nobody-answered': { unanswered: 'missed', endedBy: 'system', cause: 19, sipStatus: 480 },
  'nobody-registered': { unanswered: 'missed', endedBy: 'system', cause: 20, sipStatus: 480 },
  'all-busy': { unanswered: 'missed', endedBy: 'system', cause: 17, sipStatus: 486 },
  'all-declined': { unanswered: 'missed', endedBy: 'manager', cause: 21, sipStatus: 480 },
  'manager-gave-up': { unanswered: 'abandoned', endedBy: 'manager', cause: 16, sipStatus: 487 },
  'manager-busy': { unanswered: 'unreached', endedBy: 'manager', cause: 17, sipStatus: 486 },
  'manager-declined': { unanswered: 'unreached', endedBy: 'manager', cause: 21, sipStatus: 603 },
  'manager-did-not-answer': { unanswered: 'unreached', endedBy: 'manager', cause: 19, sipStatus: 480 },
  'manager-not-reachable': { unanswered: 'unreached', endedBy: 'manager', cause: 20, sipStatus: 480 },
  'colleague-hung-up': { unanswered: 'unreached', endedBy: 'manager', cause: 16, sipStatus: 480 },
  'colleague-busy': { unanswered: 'unreached', endedBy: 'manager', cause: 17, sipStatus: 486 },
  'colleague-declined': { unanswered: 'unreached', endedBy: 'manager', cause: 21, sipStatus: 603 },
  'colleague-did-not-answer': { unanswered: 'unreached', endedBy: 'manager', cause: 19, sipStatus: 480 },
  'colleague-not-reachable': { unanswered: 'unreached', endedBy: 'manager', cause: 20, sipStatus: 480 },
  'client-busy': { unanswered: 'unreached', endedBy: 'client', cause: 17, sipStatus: 486 },
  'client-declined': { unanswered: 'unreached', endedBy: 'client', cause: 21, sipStatus: 603 },
  'client-did-not-answer': { unanswered: 'unreached', endedBy: 'client', cause: 19, sipStatus: 480 },
  'number-not-in-service': { unanswered: 'unreached', endedBy: 'carrier', cause: 1, sipStatus: 404 },
  'carrier-refused': { unanswered: 'unreached', endedBy: 'carrier', cause: 41, sipStatus: 503 },
  'no-trunk': { unanswered: 'unreached', endedBy: 'system', cause: 38, sipStatus: 503 },
  'client-left-in-transfer': { unanswered: 'abandoned', endedBy: 'client', cause: 16, sipStatus: 487 },
  'joined-by-transfer': { unanswered: 'unreached', endedBy: 'manager', cause: 16, sipStatus: 487 },
  'transfer-failed': { unanswered: 'missed', endedBy: 'system', cause: 19, sipStatus: 480 },
  'colleague-is-talking': { unanswered: 'refused', endedBy: 'system', cause: 17, sipStatus: 486 },
  'country-not-allowed': { unanswered: 'refused', endedBy: 'system', cause: 52, sipStatus: 403 },
  'premium-number': { unanswered: 'refused', endedBy: 'system', cause: 52, sipStatus: 403 },
  'daily-calls-used-up': { unanswered: 'refused', endedBy: 'system', cause: 52, sipStatus: 403 },
  'daily-minutes-used-up': { unanswered: 'refused', endedBy: 'system', cause: 52, sipStatus: 403 },
  'joined-inbound': { unanswered: 'abandoned', endedBy: 'client', cause: 16, sipStatus: 487 },
  'joined-elsewhere': { unanswered: 'abandoned', endedBy: 'client', cause: 16, sipStatus: 480 },
  'no-common-codec': { unanswered: 'refused', endedBy: 'system', cause: 65, sipStatus: 488 },
  'no-audio': { unanswered: 'missed', endedBy: 'media', cause: 102, sipStatus: 480 },
  'media-server-lost': { unanswered: 'missed', endedBy: 'media', cause: 41, sipStatus: 503 },
  'media-unavailable': { unanswered: 'missed', endedBy: 'media', cause: 41, sipStatus: 503 },
  'too-many-calls': { unanswered: 'missed', endedBy: 'system', cause: 42, sipStatus: 503 },
  'answer-not-confirmed': { unanswered: 'missed', endedBy: 'client', cause: 102, sipStatus: 487 },
  'dialog-timed-out': { unanswered: 'missed', endedBy: 'system', cause: 102, sipStatus: 480 },
  'signalling-lost': { unanswered: 'missed', endedBy: 'system', cause: 41, sipStatus: 503 },
  'shut-down': { unanswered: 'missed', endedBy: 'system', cause: 31, sipStatus: 503 },
  'found-after-restart': { unanswered: 'missed', endedBy: 'system', cause: 41, sipStatus: 503 },
  'internal-error': { unanswered: 'missed', endedBy: 'system', cause: 41, sipStatus: 500 },
} as const satisfies Record<string, Ending>;

export type EndingName = keyof typeof ENDINGS;

/** The client talked with somebody, and was lost on the way to another one: he is owed a call. */
export const LOST_IN_TRANSFER: readonly EndingName[] = ['client-left-in-transfer', 'transfer-failed'];

/** Errors of other parts that mean the end of a call. */
const BY_ERROR: Readonly<Record<string, EndingName>> = {
  'media-server-away': 'media-server-lost',
  'media-command': 'media-server-lost',
};

/** The same for what SIP says, or what was concluded in its place: no ACK, no drachtio-server. */
const BY_STATUS: Readonly<Record<number, EndingName>> = { 408: 'dialog-timed-out', 503: 'signalling-lost' };

/** The ending that an error stands for; one that nobody named is ours. */
export function endingOf(error: unknown): EndingName {
  if (error instanceof SipRejected) return BY_STATUS[error.status] ?? 'internal-error';
  if (!(error instanceof AppError)) return 'internal-error';
  return error.code in ENDINGS ? (error.code as EndingName) : (BY_ERROR[error.code] ?? 'internal-error');
}

/** What a call came to. A call that we made and that was not taken is no missed one. */
export function outcomeOf(direction: Direction, ending: EndingName, answered: boolean): Outcome {
  if (answered) return 'answered';
  const { unanswered } = ENDINGS[ending];
  return direction !== 'inbound' && unanswered === 'missed' ? 'unreached' : unanswered;
}
