/** Who an error's cause is laid at: it decides the log level and what the client hears. */
export type Blame = 'caller' | 'callee' | 'carrier' | 'us';

export interface AppErrorDetails {
  /** What the SIP side answers (RFC 3261 §21). */
  sipStatus?: number;
  /** ITU-T Q.850 cause value. */
  cause?: number;
  /** What the web side answers. */
  httpStatus?: number;
  blame?: Blame;
  /** The field of the input that is wrong, for the page to show it there. */
  field?: string;
}

/**
 * An error that names the decision taken. `code` is stable and machine-readable (`unknown-number`),
 * `message` says what to do. It never carries a client's number.
 */
export class AppError extends Error {
  readonly sipStatus?: number;
  readonly q850Cause?: number;
  readonly httpStatus: number;
  readonly blame: Blame;
  readonly field?: string;

  constructor(
    readonly code: string,
    message: string,
    details: AppErrorDetails = {},
  ) {
    super(message);
    this.name = 'AppError';
    this.sipStatus = details.sipStatus;
    this.q850Cause = details.cause;
    this.httpStatus = details.httpStatus ?? 400;
    this.blame = details.blame ?? 'us';
    this.field = details.field;
  }
}

/** The message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
