import type { MediaLeg } from '../media/media-leg.js';
import type { SipDialog } from '../sip/dialog.js';

/** One side of a conversation: a SIP dialog, and the media leg that its audio runs through. */
export interface Party {
  dialog: SipDialog;
  leg: MediaLeg;
  /** He has put the other side on hold. */
  holds?: boolean;
}

export interface ManagerParty extends Party {
  extensionId: string;
}

/** Who talks: the client with one manager at a time. The recording runs on the client's leg. */
export interface Parties {
  client: Party;
  manager: ManagerParty;
}
