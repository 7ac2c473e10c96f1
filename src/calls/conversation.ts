import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { MediaLeg } from '../media/media-leg.js';
import { RecordingFiles } from '../media/recording-files.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import type { SipDialog } from '../sip/dialog.js';
import { CallLedger } from './call-ledger.js';
import type { LiveCall } from './live-call.js';
import type { Taken } from './plan-walker.js';

/** The two parties of a conversation: each a SIP dialog and its leg on the media server. */
export interface Parties {
  callerLeg: MediaLeg;
  managerLeg: MediaLeg;
  taken: Taken;
}

/** Joins caller and manager once a phone has taken the call: answer, record, bridge, write. */
@Injectable()
export class Conversation {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly recordings: RecordingFiles,
    private readonly provisioning: Provisioning,
  ) {}

  /** Resolves when both hear each other and it is written. @throws AppError with the ending's name as its code */
  async begin(
    call: LiveCall,
    invite: InboundInvite,
    { callerLeg, managerLeg, taken }: Parties,
  ): Promise<void> {
    const recordingId = newId();
    const recordingPath = this.recordings.relativePath(call.companyId, recordingId, new Date(clock.now()));
    const answer = { at: clock.iso(), extensionId: taken.extensionId, recordingId };

    const [callerDialog] = await Promise.all([
      this.answer(call, invite, callerLeg),
      this.join(callerLeg, managerLeg, taken.dialog, recordingPath),
    ]);
    call.answered = answer;
    connect(callerDialog, callerLeg, managerLeg);
    connect(taken.dialog, managerLeg, callerLeg);

    await this.callLedger.answered(
      call,
      this.provisioning.snapshot.extensions.get(taken.extensionId)?.number ?? '',
      {
        extensionId: taken.extensionId,
        recordingId,
        recordingPath,
        live: {
          callerDialogId: callerDialog.stackDialogId,
          managerDialogId: taken.dialog.stackDialogId,
          callerLeg: callerLeg.uuid,
          managerLeg: managerLeg.uuid,
        },
      },
    );
  }

  private async answer(call: LiveCall, invite: InboundInvite, callerLeg: MediaLeg): Promise<SipDialog> {
    const dialog = await invite.answer(callerLeg.sdp).catch(() => {
      // Either the CANCEL was faster than our 200, or no ACK came for it (RFC 3261 §13.3.1.4).
      throw new AppError(
        invite.cancelled.aborted ? 'caller-gave-up' : 'answer-not-confirmed',
        'no dialog with the caller',
      );
    });
    call.atEnd(() => dialog.bye());
    dialog.onBye(({ by }) => call.end(by === 'remote' ? 'caller-hung-up' : 'dialog-timed-out'));
    return dialog;
  }

  private async join(
    callerLeg: MediaLeg,
    managerLeg: MediaLeg,
    manager: SipDialog,
    recordingPath: string,
  ): Promise<void> {
    const path = await this.recordings.prepare(recordingPath);
    await Promise.all([
      managerLeg.modify(manager.remoteSdp),
      callerLeg.stopPlaying(),
      callerLeg.record(path),
    ]);
    await callerLeg.bridge(managerLeg);
  }
}

/** A party's hold, codec change or keypad reaches his own leg, and through the bridge the other party. */
function connect(dialog: SipDialog, leg: MediaLeg, other: MediaLeg): void {
  dialog.onReinvite((sdp) => leg.modify(sdp));
  dialog.onInfo((contentType, body) => {
    // The older way to send a keypad digit, from phones that do not speak RFC 4733.
    const digit = /^application\/dtmf/i.test(contentType)
      ? /^(?:Signal\s*=\s*)?([0-9A-D*#])\s*$/m.exec(body)?.[1]
      : undefined;
    if (digit) void other.sendDigits(digit);
  });
}
