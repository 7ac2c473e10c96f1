import { Injectable } from '@nestjs/common';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import type { MediaLeg } from '../media/media-leg.js';
import { MediaServers } from '../media/media-servers.js';
import { RecordingFiles } from '../media/recording-files.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from '../sip/dialog.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import { CallLedger, type Segment } from './call-ledger.js';
import type { LiveCall } from './live-call.js';
import type { Taken } from './plan-walker.js';

/** How long a conversation waits in silence for a media server to come back. */
const REJOIN_WAIT_MS = 10_000;

interface Legs {
  callerLeg: MediaLeg;
  managerLeg: MediaLeg;
}

interface Dialogs {
  caller: SipDialog;
  manager: SipDialog;
}

/** Joins caller and manager once a phone has taken the call, and joins them anew where their media server is lost. */
@Injectable()
export class Conversation {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly mediaServers: MediaServers,
    private readonly recordings: RecordingFiles,
    private readonly provisioning: Provisioning,
  ) {}

  /** Resolves when both hear each other and it is written. @throws AppError with the ending's name as its code */
  async begin(call: LiveCall, invite: InboundInvite, taken: Taken, legs: Legs): Promise<void> {
    const segment = this.newSegment(call);
    const answeredAt = clock.iso();
    const [caller] = await Promise.all([
      this.answer(call, invite, legs.callerLeg),
      legs.managerLeg.modify(taken.dialog.remoteSdp).then(() => this.join(legs, segment)),
    ]);
    call.answered = { at: answeredAt, extensionId: taken.extensionId, recordingId: segment.recordingId };
    const dialogs = { caller, manager: taken.dialog };
    this.tie(call, dialogs, legs);
    const extension = this.provisioning.snapshot.extensions.get(taken.extensionId)?.number ?? '';
    await this.callLedger.answered(call, extension, {
      extensionId: taken.extensionId,
      ...segment,
      live: parts(dialogs, legs),
    });
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
    if (!invite.offer) await callerLeg.modify(dialog.remoteSdp); // his answer came with the ACK
    return dialog;
  }

  private async join({ callerLeg, managerLeg }: Legs, { recordingPath }: Segment): Promise<void> {
    const path = await this.recordings.prepare(recordingPath);
    await Promise.all([callerLeg.stopPlaying(), callerLeg.record(path)]);
    await callerLeg.bridge(managerLeg);
  }

  /** From here on each party's dialog works on his own leg; legs that die with their media server are replaced. */
  private tie(call: LiveCall, dialogs: Dialogs, legs: Legs): void {
    connect(dialogs.caller, legs.callerLeg, legs.managerLeg);
    connect(dialogs.manager, legs.managerLeg, legs.callerLeg);
    let rejoining = false;
    for (const leg of [legs.callerLeg, legs.managerLeg]) {
      leg.onLost((loss) => {
        if (loss !== 'server-lost') return call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost');
        if (rejoining || call.over.aborted) return;
        rejoining = true;
        this.rejoin(call, dialogs).catch((error: unknown) => {
          log('calls').error(
            { callId: call.id, error: messageOf(error) },
            'the parties could not be joined anew',
          );
          call.end('media-server-lost');
        });
      });
    }
  }

  /**
   * The media server died, the SIP dialogs did not: new legs from the parties' last SDPs, on whichever server is up,
   * and a re-INVITE to each party. The recording goes on in a segment of its own.
   */
  private async rejoin(call: LiveCall, dialogs: Dialogs): Promise<void> {
    const server = await this.mediaServers.chooseWithin(REJOIN_WAIT_MS, call.over);
    const replace = async (dialog: SipDialog): Promise<MediaLeg> => {
      const leg = await server.receive(dialog.remoteSdp);
      call.atEnd(() => leg.end());
      await dialog.modify(leg.sdp);
      return leg;
    };
    const [callerLeg, managerLeg] = await Promise.all([replace(dialogs.caller), replace(dialogs.manager)]);
    const legs = { callerLeg, managerLeg };
    const segment = this.newSegment(call);
    this.tie(call, dialogs, legs);
    await this.join(legs, segment);
    await this.callLedger.rejoined(call, { ...segment, live: parts(dialogs, legs) });
  }

  private newSegment(call: LiveCall): Segment {
    const recordingId = newId();
    return {
      recordingId,
      recordingPath: this.recordings.relativePath(call.companyId, recordingId, new Date(clock.now())),
    };
  }
}

const parts = ({ caller, manager }: Dialogs, { callerLeg, managerLeg }: Legs) => ({
  callerDialogId: caller.stackDialogId,
  managerDialogId: manager.stackDialogId,
  callerLeg: callerLeg.uuid,
  managerLeg: managerLeg.uuid,
});

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
