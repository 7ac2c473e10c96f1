import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { SupervisionMode, SupervisionView } from '../contracts/live.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { Listener } from './listener.js';
import { LiveFeed } from './live-feed.js';
import { CallLegs } from './call-legs.js';
import { SupervisionLedger } from './supervision-ledger.js';
import { SupervisionTone } from './supervision-tone.js';
import type { Supervisor } from './supervisor.js';
import { Supervisors } from './supervisors.js';
import { refOf, type WatchedCall } from './watched-call.js';

/** What a supervisor does: takes part in one call, or follows a manager from call to call. */
interface Supervision {
  supervisor: Supervisor;
  mode: SupervisionMode;
  listener: Listener;
  call?: WatchedCall;
  following?: string;
}

/** Who takes part in which call; each start, change and end is written down. */
@Injectable()
export class Supervisions {
  /** By extension: one at a time from each. */
  private readonly all = new Map<string, Supervision>();

  constructor(
    private readonly feed: LiveFeed,
    private readonly supervisors: Supervisors,
    private readonly legs: CallLegs,
    private readonly ledger: SupervisionLedger,
    private readonly provisioning: Provisioning,
    private readonly tone: SupervisionTone,
  ) {
    feed.events.on('call', (call) => this.callChanged(call));
    feed.events.on('gone', ({ callId }) => this.callEnded(callId));
    // One at a time from each, whichever control plane has it.
    supervisors.events.on('elsewhere', ({ extensionId }) => this.end(extensionId));
  }

  of(extensionId: string): SupervisionView | undefined {
    const supervision = this.all.get(extensionId);
    if (!supervision) return undefined;
    const { mode, call, following } = supervision;
    return {
      mode,
      callId: call?.view.id ?? null,
      following: following ? (refOf(this.provisioning.snapshot, following) ?? null) : null,
    };
  }

  /**
   * A supervisor's device is there, and hears nothing yet: what he began before ends.
   * @param listener made with what to call when it is over
   */
  async begin(
    supervisor: Supervisor,
    mode: SupervisionMode,
    make: (onOver: () => void) => Listener,
    subject: { call: WatchedCall } | { following: string },
  ): Promise<void> {
    const { id } = supervisor.extension;
    await this.end(id);
    const listener = make(() => void this.left(id, listener));
    const supervision: Supervision = { supervisor, mode, listener };
    if ('following' in subject) supervision.following = subject.following;
    this.all.set(id, supervision);
    this.tell(supervision);
    if ('call' in subject) return this.join(supervision, subject.call);
    const talk = this.feed.talkOf(subject.following);
    if (talk) await this.join(supervision, talk);
  }

  async switchTo(extensionId: string, mode: SupervisionMode): Promise<void> {
    const supervision = this.all.get(extensionId);
    if (!supervision || supervision.mode === mode) return;
    supervision.mode = mode;
    if (supervision.call)
      await this.ledger.write('supervision.changed', supervision.supervisor, supervision.call, { mode });
    await supervision.listener.switchTo(mode);
    if (supervision.call) await this.tone.play(supervision.call);
    this.tell(supervision);
  }

  /** Resolves when the supervisor's device is told. */
  async end(extensionId: string): Promise<void> {
    await this.all.get(extensionId)?.listener.end();
  }

  /** Written before anything is heard; nothing begins in a call that is over. */
  private async join(supervision: Supervision, call: WatchedCall): Promise<void> {
    const isOver = () => this.feed.get(call.view.id) === undefined;
    if (isOver()) return this.callOver(supervision);
    supervision.call = call;
    await this.ledger.write('supervision.started', supervision.supervisor, call, { mode: supervision.mode });
    await this.aim(supervision);
    await this.tone.play(call);
    this.tell(supervision);
    // It ended while this was written, and maybe before it was known whose call it is.
    if (isOver() && supervision.call === call) await this.callOver(supervision);
  }

  private async aim({ supervisor, listener, call }: Supervision): Promise<void> {
    if (!call) return;
    const found = await this.legs.find(supervisor.companyId, call.view.id);
    if (found) await listener.aimAt(found.manager, found.server);
  }

  private async leave(supervision: Supervision): Promise<void> {
    const { call, supervisor } = supervision;
    if (!call) return;
    supervision.call = undefined;
    this.tell(supervision);
    await this.ledger.write('supervision.ended', supervisor, call, {});
  }

  /** A call began, or its manager's leg may be another one. */
  private async callChanged(call: WatchedCall): Promise<void> {
    for (const supervision of this.all.values()) {
      const isHis = supervision.call?.view.id === call.view.id;
      const isFollowed =
        supervision.following !== undefined && supervision.following === call.managerExtensionId;
      try {
        if (isHis && supervision.following && !isFollowed) await this.letGo(supervision);
        else if (isHis) await this.aim(supervision).then(() => this.tone.catchUp(call));
        else if (isFollowed && !supervision.call && call.view.state !== 'ringing')
          await this.join(supervision, call);
      } catch (error) {
        log('supervision').warn({ error: messageOf(error) }, 'a supervisor could not follow a call');
      }
    }
  }

  private async callEnded(callId: string): Promise<void> {
    this.tone.forget(callId);
    for (const supervision of this.all.values()) {
      if (supervision.call?.view.id === callId) await this.callOver(supervision);
    }
  }

  private async callOver(supervision: Supervision): Promise<void> {
    if (supervision.following) await this.letGo(supervision);
    else await supervision.listener.end();
  }

  /** The followed manager talks no more, or gave the client away: silence until his next call. */
  private async letGo(supervision: Supervision): Promise<void> {
    await this.leave(supervision);
    await supervision.listener.rest();
  }

  private async left(extensionId: string, listener: Listener): Promise<void> {
    const supervision = this.all.get(extensionId);
    if (supervision?.listener !== listener) return;
    this.all.delete(extensionId);
    this.supervisors.ends(extensionId);
    await this.leave(supervision);
  }

  /** Shown to all who watch; of one who has left that is told already. */
  private tell(supervision: Supervision): void {
    const { supervisor, mode, call, following = null } = supervision;
    const { id } = supervisor.extension;
    if (this.all.get(id) === supervision)
      this.supervisors.begins(id, { mode, callId: call?.view.id ?? null, following });
  }
}
