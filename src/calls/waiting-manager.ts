import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import type { SipDialog } from '../sip/dialog.js';
import type { LiveCall } from './live-call.js';

/** A manager who waits for the client whom he calls: his leg is up, his dialog is there or can be had at once. */
export interface WaitingManager {
  extensionId: string;
  leg: MediaLeg;
  /** Where his leg is. */
  server: MediaServer;
  /** drachtio-server's name of his dialog, as it is or will be. */
  dialogId: string | undefined;
  /** Answers him, where he waits for our answer. @throws AppError with the ending's name as its code */
  dialog(): Promise<SipDialog>;
  /** Makes him a party of another call, whose end is his from now on, and answers him there. */
  moveTo(call: LiveCall): Promise<SipDialog>;
}
