import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import type { MediaLeg } from '../media/media-leg.js';
import { MediaServers } from '../media/media-servers.js';
import { RecordingFiles } from '../media/recording-files.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from '../sip/dialog.js';
import { digitOfInfo } from '../sip/info-digit.js';
import { goingOf, type Who } from './answering.js';
import { CallLedger, type Segment } from './call-ledger.js';
import type { LiveCall } from './live-call.js';
import type { ManagerParty, Parties, Party } from './party.js';

/** How long a conversation waits in silence for a media server to come back. */
const REJOIN_WAIT_MS = 10_000;

/** Two parties about to talk: whoever waited for our answer gets it meanwhile. */
export interface Meeting {
  client: { leg: MediaLeg; dialog: Promise<SipDialog> };
  manager: { leg: MediaLeg; dialog: Promise<SipDialog>; extensionId: string };
  /** Resolves when the dialled party's leg has his SDP: from then on the legs can be joined. */
  joinable: Promise<unknown>;
}

/** Joins client and manager, and joins them anew where their media server is lost or another manager takes over. */
@Injectable()
export class Conversation {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly mediaServers: MediaServers,
    private readonly recordings: RecordingFiles,
    private readonly provisioning: Provisioning,
  ) {}

  /** Resolves when both hear each other and it is written. @throws AppError with the ending's name as its code */
  async begin(call: LiveCall, { client, manager, joinable }: Meeting): Promise<void> {
    const segment = this.newSegment(call);
    const answeredAt = clock.iso();
    const { extensionId } = manager;
    const [clientDialog, managerDialog] = await Promise.all([
      client.dialog,
      manager.dialog,
      joinable.then(() => this.join(client.leg, manager.leg, segment)),
    ]);
    call.answered = { at: answeredAt, extensionId, recordingId: segment?.recordingId };
    this.talk(call, {
      client: { leg: client.leg, dialog: clientDialog },
      manager: { leg: manager.leg, dialog: managerDialog, extensionId },
    });
    call.changed({ kind: 'answered', extensionId });
    await this.callLedger.answered(call, this.numberOf(extensionId), {
      extensionId,
      ...segment,
      live: partsOf(call),
    });
  }

  /**
   * Another manager takes the client over; the recording and the call go on. His leg is on the client's media server.
   * Resolves when they hear each other and it is written; the first manager is let go.
   */
  async handOver(call: LiveCall, next: ManagerParty): Promise<void> {
    const { talk } = call;
    if (!talk || call.over.aborted) return void (await Promise.all([next.dialog.bye(), next.leg.end()]));
    const { client, manager: before } = talk;
    call.atEnd(() => next.dialog.bye());
    call.atEnd(() => next.leg.end());
    this.talk(call, { client, manager: next }); // from here on the first manager's going ends nothing
    await client.leg.bridge(next.leg);
    await Promise.all([before.dialog.bye(), before.leg.end()]);
    call.changed({ kind: 'handed-over', from: before.extensionId, to: next.extensionId });
    await this.callLedger.handedOver(call, {
      fromExtensionId: before.extensionId,
      toExtensionId: next.extensionId,
      live: partsOf(call),
    });
  }

  /** Two whom an earlier process joined, and who talk still. */
  resume(call: LiveCall, parties: Parties): void {
    this.talk(call, parties);
    call.changed({ kind: 'answered', extensionId: parties.manager.extensionId });
  }

  private async join(clientLeg: MediaLeg, managerLeg: MediaLeg, segment: Segment | undefined): Promise<void> {
    const path = segment && (await this.recordings.prepare(segment.recordingPath));
    await Promise.all([
      clientLeg.stopPlaying(),
      managerLeg.stopPlaying(),
      path === undefined ? undefined : clientLeg.record(path),
    ]);
    await clientLeg.bridge(managerLeg);
  }

  /** From here on each party's dialog works on his own leg; legs that die with their media server are replaced. */
  private talk(call: LiveCall, parties: Parties): void {
    const { client, manager } = parties;
    call.talk = parties;
    connect(call, 'client', client, manager);
    connect(call, 'manager', manager, client);
    let rejoining = false;
    for (const party of [client, manager]) {
      party.leg.onLost((loss) => {
        if (!isParty(call, party)) return;
        if (loss !== 'server-lost') return call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost');
        if (rejoining || call.over.aborted) return;
        rejoining = true;
        this.rejoin(call, parties).catch((error: unknown) => {
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
  private async rejoin(call: LiveCall, { client, manager }: Parties): Promise<void> {
    const server = await this.mediaServers.chooseWithin(REJOIN_WAIT_MS, call.over);
    const replace = async ({ dialog }: Party): Promise<MediaLeg> => {
      const leg = await server.receive(dialog.remoteSdp);
      call.atEnd(() => leg.end());
      await dialog.modify(leg.sdp);
      return leg;
    };
    const [clientLeg, managerLeg] = await Promise.all([replace(client), replace(manager)]);
    const segment = this.newSegment(call);
    this.talk(call, { client: { ...client, leg: clientLeg }, manager: { ...manager, leg: managerLeg } });
    await this.join(clientLeg, managerLeg, segment);
    call.changed({ kind: 'rejoined' });
    await this.callLedger.rejoined(call, { ...segment, live: partsOf(call) });
  }

  /** @returns undefined where the call is not recorded: between colleagues, unless their company wants it */
  private newSegment(call: LiveCall): Segment | undefined {
    const company = this.provisioning.snapshot.companies.get(call.companyId);
    if (call.direction === 'internal' && !company?.recordsInternalCalls) return undefined;
    const recordingId = newId();
    return {
      recordingId,
      recordingPath: this.recordings.relativePath(call.companyId, recordingId, new Date(clock.now())),
    };
  }

  private numberOf(extensionId: string): string {
    return this.provisioning.snapshot.extensions.get(extensionId)?.number ?? '';
  }
}

const isParty = ({ talk }: LiveCall, { leg }: Party): boolean =>
  talk?.client.leg === leg || talk?.manager.leg === leg;

function partsOf({ talk }: LiveCall) {
  return {
    clientDialogId: talk?.client.dialog.stackDialogId ?? '',
    managerDialogId: talk?.manager.dialog.stackDialogId ?? '',
    clientLeg: talk?.client.leg.uuid ?? '',
    managerLeg: talk?.manager.leg.uuid ?? '',
  };
}

/** A party's hold, codec change or keypad reaches his own leg, and through the bridge the other party. */
function connect(call: LiveCall, who: Who, { dialog, leg }: Party, other: Party): void {
  dialog.onBye(({ by }) => {
    if (call.talk?.[who].dialog !== dialog) return;
    call.end(by === 'server' ? 'dialog-timed-out' : goingOf(call, who).after);
  });
  dialog.onReinvite((sdp) => leg.modify(sdp));
  dialog.onInfo((contentType, body) => {
    const digit = digitOfInfo(contentType, body);
    if (digit) void other.leg.sendDigits(digit);
  });
}
