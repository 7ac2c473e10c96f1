import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { TypedEvents } from '../common/typed-events.js';
import type { EndingName } from './call-endings.js';
import { Crossings } from './crossings.js';
import type { CallChange, LiveCall } from './live-call.js';

/** The calls of this process that are not over, and who has been idle for how long, here and elsewhere. */
@Injectable()
export class LiveCalls {
  /** Every change of every call of this process, as it happens: beside the ledger, not after it. */
  readonly events = new TypedEvents<{ changed: { call: LiveCall; change: CallChange } }>();
  /** Managers who wait for clients whom they call. */
  readonly crossings = new Crossings();
  private readonly calls = new Map<string, LiveCall>();
  private readonly lastTalk = new Map<string, number>();
  /** Extensions that talk in calls of other control planes, by call. */
  private readonly elsewhere = new Map<string, string>();
  private emptied: (() => void)[] = [];

  add(call: LiveCall): void {
    const taken = new Set([...this.calls.values()].map(({ shortNumber }) => shortNumber));
    while (taken.has(call.shortNumber) || call.shortNumber === 0) call.shortNumber += 1;
    this.calls.set(call.id, call);
    call.onChange = (change) => {
      if (change.kind === 'handed-over') this.lastTalk.set(change.from, clock.now());
      this.events.publish('changed', { call, change });
    };
  }

  get(id: string): LiveCall | undefined {
    return this.calls.get(id);
  }

  all(): Iterable<LiveCall> {
    return this.calls.values();
  }

  remove(call: LiveCall): void {
    this.calls.delete(call.id);
    for (const talker of talkersOf(call)) this.lastTalk.set(talker, clock.now());
    call.changed({ kind: 'ended' });
    if (this.calls.size > 0) return;
    for (const resolve of this.emptied.splice(0)) resolve();
  }

  get size(): number {
    return this.calls.size;
  }

  /** Ms since the epoch of the extension's last conversation; now while it talks; 0 when it never did. */
  idleSince(extensionId: string): number {
    return this.talks(extensionId) ? clock.now() : (this.lastTalk.get(extensionId) ?? 0);
  }

  /** Whether the extension is in a conversation, here or at another control plane. */
  talks(extensionId: string): boolean {
    for (const call of this.calls.values()) if (talkersOf(call).includes(extensionId)) return true;
    return [...this.elsewhere.values()].includes(extensionId);
  }

  /** What the database remembers of conversations before this start. */
  rememberTalk(extensionId: string, endedAt: number): void {
    this.lastTalk.set(extensionId, Math.max(endedAt, this.lastTalk.get(extensionId) ?? 0));
  }

  /** All conversations of other control planes, as the database knows them. */
  talkElsewhere(talking: readonly { callId: string; extensionId: string }[]): void {
    this.elsewhere.clear();
    for (const { callId, extensionId } of talking) this.elsewhere.set(callId, extensionId);
  }

  /** A manager answered, or took the client over. */
  answeredElsewhere(callId: string, extensionId: string): void {
    const before = this.elsewhere.get(callId);
    if (before && before !== extensionId) this.rememberTalk(before, clock.now());
    this.elsewhere.set(callId, extensionId);
  }

  /** @param at ms since the epoch */
  endedElsewhere(callId: string, at: number): void {
    const extensionId = this.elsewhere.get(callId);
    this.elsewhere.delete(callId);
    if (extensionId) this.rememberTalk(extensionId, at);
  }

  endAll(ending: EndingName): void {
    for (const call of this.calls.values()) call.end(ending);
  }

  /** Resolves when no call is left, or after `ms`. @returns how many are left */
  async untilEmpty(ms: number): Promise<number> {
    if (this.calls.size === 0) return 0;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.emptied.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.calls.size;
  }
}

function talkersOf({ lastTalker, direction, fromExtensionId }: LiveCall): string[] {
  if (lastTalker === undefined) return [];
  return direction === 'internal' && fromExtensionId ? [fromExtensionId, lastTalker] : [lastTalker];
}
