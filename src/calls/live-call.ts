import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import type { ClientView } from '../clients/client-directory.js';
import type { Caller } from '../sip/caller.js';
import type { InviteTrace } from '../sip/pending-invite.js';
import type { Direction, EndingName } from './call-endings.js';
import type { Segment } from './segment.js';
import type { Parties } from './party.js';
import type { Ring } from './ring.js';

/** One extension that was rung, and what came of it. */
export interface RungExtension {
  extensionId: string;
  /** Absent in what was spooled before there were mobiles. */
  via?: 'device' | 'mobile';
  startedAt: string;
  answeredAt?: string;
  endedAt?: string;
  sipStatus?: number;
  cause?: number;
}

/** An extension got the call without being rung for it. */
export function noteTaken(call: LiveCall, extensionId: string): void {
  const at = clock.iso();
  call.rung.push({ extensionId, startedAt: at, answeredAt: at, sipStatus: 200 });
}

/** What stays of a call outside this process until its answer is written: enough to end it after a restart. */
export interface PendingParts {
  /** The INVITE that waits for our answer. */
  caller?: InviteTrace;
  /** The phones that ring. */
  ringing?: InviteTrace[];
  /** Set where somebody has taken the call. */
  answering?: AnsweringParts;
}

/** Who is about to talk, as it is noted while the 200 is on its way. */
export interface AnsweringParts {
  clientLeg: string;
  managerLeg: string;
  /** Null for the one who waits for our answer: his is known from his INVITE. */
  clientDialogId: string | null;
  managerDialogId: string | null;
  extensionId: string;
  /** Undefined where the call is not recorded. */
  segment: Segment | undefined;
  at: string;
}

/** What stays of a conversation outside this process: enough to end it after a restart. */
export interface LiveParts {
  clientDialogId: string;
  managerDialogId: string;
  clientLeg: string;
  managerLeg: string;
  /** The phones that ring for the client while he is passed on. */
  ringing?: InviteTrace[];
}

/** What is known of a call when it begins. */
export interface CallStart {
  companyId: string;
  direction: Direction;
  /** E.164; the number that the client dialled, or is shown; undefined between extensions. */
  companyNumber?: string;
  /** Of an inbound call. */
  callerKind?: Caller['kind'];
  /** Who makes the call, where a manager does. */
  fromExtensionId?: string;
  /** Of a call that an earlier process began. */
  found?: { id: string; startedAt: string };
}

type Close = () => unknown;

/** A recording that runs. */
export interface LiveRecording {
  id: string;
  ruleId: string | null;
  retentionDays: number | null;
  /** Silence is recorded. */
  paused: boolean;
}

/** What changes in a call's life, for those who watch. */
export type CallChange =
  | { kind: 'began' }
  | { kind: 'ringing'; extensionId?: string }
  | { kind: 'answered'; extensionId: string }
  | { kind: 'rejoined' }
  | { kind: 'held' | 'retrieved'; by: 'client' | 'manager' }
  | { kind: 'recording-paused' | 'recording-resumed' }
  | { kind: 'handed-over'; from: string; to: string }
  | { kind: 'ended' };

/**
 * One call while it lives. Whatever ends it first gives it its ending; everything it opened is closed
 * in `close`, in the reverse order of opening.
 */
export class LiveCall {
  readonly id: string;
  readonly startedAt: string;
  readonly companyId: string;
  readonly direction: Direction;
  readonly fromExtensionId: string | undefined;
  readonly callerKind: Caller['kind'];
  companyNumber: string | undefined;
  client?: ClientView;
  /** `extensionId`: who answered, or whom the client answered. */
  answered?: { at: string; extensionId: string };
  /** Of what is recorded, where the company's rules have it. */
  recording?: LiveRecording;
  /** The parties, while they talk. */
  talk?: Parties;
  /** Extensions whose phones ring now. */
  readonly ringing = new Set<string>();
  /** What a supervisor dials for it; given by LiveCalls. */
  shortNumber = 0;
  /** The manager who talks with the client, or did last. */
  lastTalker?: string;
  /** The phones that ring for it now. */
  ring?: Ring;
  readonly rung: RungExtension[] = [];
  /** Why nobody has the call, once that is decided: a caller who hangs up on the announcement changes nothing. */
  unansweredBecause?: EndingName;
  /** The call that its manager was joined to, where its client called in just then. */
  joinedTo?: string;
  /** Resolves when what is being written of the call stands in the ledger: its end comes after. */
  beforeEnd?: Promise<void>;
  /** Told of each change. */
  onChange?: (change: CallChange) => void;

  private readonly ender = new AbortController();
  private closers: { close: Close; of?: object }[] = [];
  private closed = false;
  private endedAs?: EndingName;

  constructor(start: CallStart) {
    this.id = start.found?.id ?? newId();
    this.startedAt = start.found?.startedAt ?? clock.iso();
    this.companyId = start.companyId;
    this.direction = start.direction;
    this.companyNumber = start.companyNumber;
    this.callerKind = start.callerKind ?? 'number';
    this.fromExtensionId = start.fromExtensionId;
  }

  /** Aborted when the call is over; waits and timers hang on it. */
  get over(): AbortSignal {
    return this.ender.signal;
  }

  /** Who has put the other one on hold. */
  get heldBy(): 'client' | 'manager' | undefined {
    return this.talk?.manager.holds ? 'manager' : this.talk?.client.holds ? 'client' : undefined;
  }

  get ending(): EndingName | undefined {
    return this.endedAs;
  }

  /** Ends the call; the first ending stays. */
  end(ending: EndingName): void {
    if (this.endedAs) return;
    this.endedAs = ending === 'caller-gave-up' ? (this.unansweredBecause ?? ending) : ending;
    this.ender.abort();
  }

  changed(change: CallChange): void {
    this.onChange?.(change);
  }

  rings(extensionId: string): void {
    this.ringing.add(extensionId);
    this.changed({ kind: 'ringing', extensionId });
  }

  /** These phones were answered, refused, or rang long enough. */
  ringsNoMore(extensionIds: readonly string[]): void {
    const rang = extensionIds.filter((id) => this.ringing.delete(id));
    if (rang.length > 0) this.changed({ kind: 'ringing' });
  }

  /** Resolves when the call is over. */
  untilOver(): Promise<void> {
    if (this.over.aborted) return Promise.resolve();
    return new Promise((resolve) => this.over.addEventListener('abort', () => resolve(), { once: true }));
  }

  /**
   * What is to be undone at the end; at once, when the call has been closed meanwhile.
   * @param of what is closed, by which it can be released
   */
  atEnd(close: Close, of?: object): void {
    if (this.closed) void this.run(close);
    else this.closers.push({ close, of });
  }

  /** These go on in another call: the end of this one is not theirs. */
  release(...others: readonly object[]): void {
    this.closers = this.closers.filter(({ of }) => !of || !others.includes(of));
  }

  /** Closes all that the call opened; one that fails does not keep the others from it. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.closers.reverse().map(({ close }) => this.run(close)));
  }

  private async run(close: Close): Promise<void> {
    try {
      await close();
    } catch (error) {
      log('calls').error({ callId: this.id, error: messageOf(error) }, 'a part of the call did not close');
    }
  }
}

export const answeringOf = (live: LiveParts | PendingParts | null): AnsweringParts | undefined =>
  live && 'answering' in live ? live.answering : undefined;
