import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Sealer } from '../common/sealer.js';
import type { InviteTrace } from '../sip/pending-invite.js';
import type { LiveParts, PendingParts } from './live-call.js';

/** What the name of a client's dialog is bound to. */
export const DIALOG_CONTEXT = 'client-dialog';

/**
 * The names of clients' SIP dialogs as they are stored with open calls. They hold the Call-ID, which is the carrier's, and
 * some carriers write the caller's number there.
 */
@Injectable()
export class SealedDialogs {
  constructor(private readonly sealer: Sealer) {}

  trace({ transaction, dialog }: InviteTrace): InviteTrace {
    return { transaction, dialog: dialog && this.seal(dialog) };
  }

  parts(live: LiveParts): LiveParts {
    return { ...live, clientDialogId: this.seal(live.clientDialogId) };
  }

  /** What is stored with an open call, as it was before it was sealed; a dialog that does not open is left empty. */
  opened(live: LiveParts | PendingParts): LiveParts | PendingParts {
    if ('clientLeg' in live) return { ...live, clientDialogId: this.open(live.clientDialogId) };
    const { caller } = live;
    return caller?.dialog ? { ...live, caller: { ...caller, dialog: this.open(caller.dialog) } } : live;
  }

  private seal(dialog: string): string {
    return this.sealer.seal(dialog, DIALOG_CONTEXT).toString('base64');
  }

  private open(dialog: string): string {
    try {
      return this.sealer.open(Buffer.from(dialog, 'base64'), DIALOG_CONTEXT);
    } catch (error) {
      log('calls').warn({ error: messageOf(error) }, 'a dialog left open is not known any more');
      return '';
    }
  }
}
