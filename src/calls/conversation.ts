import { Injectable } from '@nestjs/common';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import type { MediaLeg } from '../media/media-leg.js';
import { MediaServers } from '../media/media-servers.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from '../sip/dialog.js';
import { digitOfInfo } from '../sip/info-digit.js';
import type { Refer } from '../sip/refer.js';
import { endOnBye, goingOf, type Who } from './answering.js';
import { AnswerNotes } from './answer-notes.js';
import { CallLedger } from './call-ledger.js';
import type { EndingName } from './call-endings.js';
import { Hold } from './hold.js';
import { CallRecording } from './call-recording.js';
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
  /** The dialog of the one whom we dialled: null stands for who waits for our answer. */
  dialled: { clientDialogId: string | null; managerDialogId: string | null };
  /** The legs are joined already, and nothing is played to them. */
  isBridged?: boolean;
}

/** Those who talked, until the manager let the client go. */
export interface Parted extends Parties {
  /** Resolves when the manager has hung up. */
  left: Promise<void>;
}

/** Joins client and manager, and joins them anew where their media server is lost or another manager takes over. */
@Injectable()
export class Conversation {
  private referHandler?: (call: LiveCall, refer: Refer) => void;

  constructor(
    private readonly callLedger: CallLedger,
    private readonly mediaServers: MediaServers,
    private readonly recording: CallRecording,
    private readonly provisioning: Provisioning,
    private readonly hold: Hold,
    private readonly notes: AnswerNotes,
  ) {}

  /** Who takes a manager's wish to pass the client on (RFC 3515); without one it is declined. */
  onRefer(handler: (call: LiveCall, refer: Refer) => void): void {
    this.referHandler = handler;
  }

  /**
   * Resolves when both hear each other and it is written, and both have heard that they are recorded, where that is
   * announced. @throws AppError with the ending's name as its code
   */
  async begin(
    call: LiveCall,
    { client, manager, joinable, dialled, isBridged = false }: Meeting,
  ): Promise<void> {
    const answeredAt = clock.iso();
    const { extensionId } = manager;
    let noted: Promise<void> | undefined;
    const [clientDialog, managerDialog, segment] = await Promise.all([
      client.dialog,
      manager.dialog,
      joinable.then(async () => {
        if (!isBridged) await manager.leg.stopPlaying();
        // The orders to a leg are carried out in their order: from here on none waits for the answer to the one before.
        const silent = isBridged ? undefined : client.leg.stopPlaying();
        const { segment: ordered, begun } = await this.recording.begin(call, client.leg, extensionId);
        noted = this.notes.add(call.id, {
          clientLeg: client.leg.uuid,
          managerLeg: manager.leg.uuid,
          ...dialled,
          extensionId,
          segment: ordered,
          at: answeredAt,
        });
        const isAnnounced = this.recording.announcement(call) !== undefined;
        if (isBridged && isAnnounced) await client.leg.part(manager.leg);
        if (!isBridged && !isAnnounced) await client.leg.bridge(manager.leg);
        await Promise.all([silent, begun]);
        return ordered;
      }),
    ]);
    call.answered = { at: answeredAt, extensionId };
    this.talk(call, {
      client: { leg: client.leg, dialog: clientDialog },
      manager: { leg: manager.leg, dialog: managerDialog, extensionId },
    });
    call.changed({ kind: 'answered', extensionId });
    await noted;
    await this.callLedger.answered(call, this.numberOf(extensionId), {
      extensionId,
      ...segment,
      live: partsOf(call),
    });
    await this.announce(call);
  }

  /** Before a word is said; parties who were joined anew meanwhile, or with another, are left alone. */
  private async announce(call: LiveCall): Promise<void> {
    const prompt = this.recording.announcement(call);
    const { talk } = call;
    if (!prompt || !talk) return;
    const { client, manager } = talk;
    await Promise.all([client, manager].map(({ leg }) => leg.playPrompt(prompt, call.over)));
    const isAsItWas = call.talk?.client.leg === client.leg && call.talk.manager.leg === manager.leg;
    if (isAsItWas && !call.over.aborted) await client.leg.bridge(manager.leg);
  }

  /**
   * Another manager takes the client over; the recording and the call go on. His leg is on the client's media server.
   * Resolves when they hear each other and it is written, and the first manager is let go.
   * @param parties who talk, or talked until they were parted
   * @param told before which the first manager is not let go: with his dialog the reports of his REFER end, too
   */
  async handOver(
    call: LiveCall,
    next: ManagerParty,
    parties: Parties | undefined = call.talk,
    told: Promise<void> = Promise.resolve(),
  ): Promise<void> {
    if (!parties || call.over.aborted) return void (await Promise.all([next.dialog.bye(), next.leg.end()]));
    const { client, manager: before } = parties;
    const isOther = next.dialog !== before.dialog;
    if (isOther) {
      call.atEnd(() => next.dialog.bye(), next.dialog);
      call.atEnd(() => next.leg.end(), next.leg);
    }
    this.talk(call, { client, manager: next }); // from here on the first manager's going ends nothing
    await Promise.all([client.leg.stopPlaying(), next.leg.stopPlaying()]);
    await client.leg.bridge(next.leg);
    const written = this.callLedger.handedOver(call, {
      fromExtensionId: before.extensionId,
      toExtensionId: next.extensionId,
      live: partsOf(call),
    });
    call.beforeEnd = written.catch(() => undefined);
    const letGo = isOther && told.then(() => Promise.all([before.dialog.bye(), before.leg.end()]));
    await this.hold.resume(call);
    noteLeft(call, before.extensionId);
    call.changed({ kind: 'handed-over', from: before.extensionId, to: next.extensionId });
    await Promise.all([written, letGo]);
  }

  /** Two whom an earlier process joined, and who talk still. */
  resume(call: LiveCall, parties: Parties): void {
    this.talk(call, parties);
    call.changed({ kind: 'answered', extensionId: parties.manager.extensionId });
  }

  /**
   * The manager lets the client go, who waits for another one: from now on, at once, the manager's going ends nothing,
   * and the client's is named `left`. Resolves when they are parted.
   */
  async part(call: LiveCall, left: EndingName): Promise<Parted> {
    const { talk } = call;
    if (!talk) throw new AppError('internal-error', 'nobody talks');
    const { client, manager } = talk;
    call.talk = undefined;
    endOnBye(call, client.dialog, left);
    client.leg.onLost((loss) => call.end(loss === 'no-audio' ? 'no-audio' : 'media-server-lost'));
    const gone = new Promise<void>((resolve) => manager.dialog.onBye(() => resolve()));
    const parting = Promise.all([client.leg.stopPlaying(), manager.leg.stopPlaying()]).then(() =>
      client.leg.part(manager.leg),
    );
    // Not before they are parted: a media server hangs up on a leg whose partner ends.
    void Promise.allSettled([gone, parting]).then(() => manager.leg.end());
    await parting;
    return { client, manager, left: gone };
  }

  /** From here on each party's dialog works on his own leg; legs that die with their media server are replaced. */
  private talk(call: LiveCall, parties: Parties): void {
    const { client, manager } = parties;
    call.talk = parties;
    call.lastTalker = manager.extensionId;
    this.connect(call, 'client', client, manager);
    this.connect(call, 'manager', manager, client);
    manager.dialog.onRefer((refer) => {
      if (this.referHandler) this.referHandler(call, refer);
      else refer.refuse(603);
    });
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
   * The media server died, the SIP dialogs did not: new legs on whichever server is up, and a re-INVITE to each party. The
   * recording goes on in a segment of its own.
   */
  private async rejoin(call: LiveCall, { client, manager }: Parties): Promise<void> {
    const server = await this.mediaServers.chooseWithin(REJOIN_WAIT_MS, call.over);
    const replace = async ({ dialog }: Party): Promise<MediaLeg> => {
      const leg = await server.replace(dialog.remoteSdp, (offer) => dialog.modify(offer));
      call.atEnd(() => leg.end(), leg);
      return leg;
    };
    const [clientLeg, managerLeg] = await Promise.all([replace(client), replace(manager)]);
    this.talk(call, { client: { ...client, leg: clientLeg }, manager: { ...manager, leg: managerLeg } });
    const segment = await this.recording.goOn(call, clientLeg);
    await clientLeg.bridge(managerLeg);
    await this.hold.resume(call);
    call.changed({ kind: 'rejoined' });
    await this.callLedger.rejoined(call, { ...segment, live: partsOf(call) });
  }

  /** A party's hold, codec change or keypad reaches his own leg, and through the bridge the other party. */
  private connect(call: LiveCall, who: Who, party: Party, other: Party): void {
    const { dialog, leg } = party;
    dialog.onBye(({ by }) => {
      if (call.talk?.[who].dialog !== dialog) return;
      call.end(by === 'server' ? 'dialog-timed-out' : goingOf(call, who).after);
    });
    dialog.onReinvite(async (sdp) => {
      const answer = await leg.modify(sdp);
      this.hold.follow(call, who, party, sdp);
      return answer;
    });
    dialog.onInfo((contentType, body) => {
      const digit = digitOfInfo(contentType, body);
      if (digit) void other.leg.sendDigits(digit);
    });
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

/** His time with the call is over: the leg that was rung for it has an end. */
function noteLeft(call: LiveCall, extensionId: string): void {
  const leg = call.rung.findLast((one) => one.extensionId === extensionId && one.answeredAt && !one.endedAt);
  if (leg) leg.endedAt = clock.iso();
}
