import type { SipDialog } from '../sip/dialog.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import { SipRejected } from '../sip/sip-rejected.js';

/**
 * A caller who was answered to be asked something, as one who still waits: the call that follows goes on in his
 * dialog. What would be early media reaches him by re-INVITE; what would be a refusal is a BYE.
 */
export function answeredInvite(invite: InboundInvite, dialog: SipDialog): InboundInvite {
  const gone = new AbortController();
  dialog.onBye(() => gone.abort());
  let told: Promise<unknown> = Promise.resolve();
  let sdpTold = dialog.localSdp;
  const tell = (sdp: string) => {
    if (sdp !== sdpTold) told = dialog.modify(sdp);
    sdpTold = sdp;
    told.catch(() => undefined); // who awaits it learns of it
  };
  return {
    ...invite,
    offer: dialog.remoteSdp,
    cancelled: gone.signal,
    progress: (sdp) => sdp && tell(sdp),
    answer: async (sdp) => {
      if (gone.signal.aborted) throw new SipRejected(487);
      tell(sdp);
      await told;
      return dialog;
    },
    refuse: () => void dialog.bye(),
  };
}
