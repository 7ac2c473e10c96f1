import { Injectable } from '@nestjs/common';
import type { CallChange, LiveCall } from '../calls/live-call.js';
import { LiveCalls } from '../calls/live-calls.js';
import { outcomeOf, type Outcome } from '../calls/call-endings.js';
import { clock } from '../common/clock.js';
import { TypedEvents } from '../common/typed-events.js';
import type { LiveCallView, LiveEvent, LiveExtensionView } from '../contracts/live.js';
import { Notifications, type Notices } from '../database/notifications.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { Location } from '../sip/location.js';
import { EventLog, type FeedEntry } from './event-log.js';
import { presenceOf } from './presences.js';
import { Supervisors } from './supervisors.js';
import { sees, type Viewer } from './viewer.js';
import {
  groupsOf,
  supervisorRefs,
  takesPart,
  watchedCall,
  type Audience,
  type WatchedCall,
} from './watched-call.js';

type Change = Extract<LiveEvent, { type: 'call' }>['change'];

/**
 * All calls that go on and all extensions, at this control plane and the others, and each change as it happens.
 * A picture for those who watch; the truth is the ledger.
 */
@Injectable()
export class LiveFeed {
  /** Each entry as it is made; and what it does to calls, for those who take part in them. */
  readonly events = new TypedEvents<{
    entry: FeedEntry;
    call: WatchedCall;
    gone: { callId: string };
  }>();
  private readonly log = new EventLog();
  private readonly calls = new Map<string, WatchedCall>();
  /** As last told, so that only a change is told again. */
  private readonly extensions = new Map<string, string>();

  constructor(
    private readonly liveCalls: LiveCalls,
    private readonly location: Location,
    private readonly provisioning: Provisioning,
    private readonly notifications: Notifications,
    private readonly supervisors: Supervisors,
  ) {
    liveCalls.events.on('changed', ({ call, change }) => this.follow(call, change));
    location.events.on('changed', ({ extensionId }) => this.tellExtension(extensionId));
    // Names and presence; what is as it was is not told again.
    provisioning.events.on('changed', ({ extensions }) => {
      for (const id of extensions.keys()) this.tellExtension(id);
    });
    supervisors.events.on('changed', ({ extensionId, before, now }) => {
      for (const id of new Set([before?.callId, now?.callId])) if (id) this.supervised(id);
      for (const id of new Set([extensionId, before?.following, now?.following]))
        if (id) this.tellExtension(id);
    });
    notifications.on('live', {
      heard: (notice) => this.hear(notice),
      missed: () => this.notifications.send('live', { ask: true }),
    });
  }

  get place(): string {
    return this.log.place;
  }

  /** @returns undefined where that is too long ago: a snapshot then tells all */
  since(place: string): readonly FeedEntry[] | undefined {
    return this.log.since(place);
  }

  snapshotFor(viewer: Viewer): Extract<LiveEvent, { type: 'snapshot' }> {
    const { extensions } = this.provisioning.snapshot;
    return {
      type: 'snapshot',
      at: this.log.place,
      calls: [...this.calls.values()]
        .filter(({ audience }) => sees(viewer, audience))
        .map(({ view }) => (viewer.role === 'manager' ? forManagers(view) : view)),
      extensions: [...extensions.keys()]
        .filter((id) => sees(viewer, this.audienceOf(id)))
        .flatMap((id) => this.extensionView(id) ?? [])
        .map((extension) => (viewer.role === 'manager' ? unfollowed(extension) : extension)),
    };
  }

  /** A call that goes on, wherever it is. */
  get(callId: string): WatchedCall | undefined {
    return this.calls.get(callId);
  }

  byShortNumber(companyId: string, shortNumber: number): WatchedCall | undefined {
    return [...this.calls.values()].find(
      ({ view, audience }) => audience.companyId === companyId && view.shortNumber === shortNumber,
    );
  }

  /** The call in which this extension talks. */
  talkOf(extensionId: string): WatchedCall | undefined {
    return [...this.calls.values()].find(
      ({ managerExtensionId, view }) => managerExtensionId === extensionId && view.state !== 'ringing',
    );
  }

  private follow(call: LiveCall, change: CallChange): void {
    if (change.kind === 'ended') {
      const outcome = outcomeOf(call.direction, call.ending ?? 'internal-error', call.answered !== undefined);
      this.remove(call.id, outcome);
      void this.notifications.share('live', { gone: call.id, outcome });
      return;
    }
    const watched = this.watched(call);
    this.show(watched, change.kind);
    void this.notifications.share('live', { call: watched, change: change.kind });
  }

  private watched(call: LiveCall): WatchedCall {
    return this.withSupervisors(watchedCall(call, this.provisioning.snapshot));
  }

  /** Wherever the call is and whoever tells of it: who supervises is known here. */
  private withSupervisors({ view, ...call }: WatchedCall): WatchedCall {
    const supervisors = supervisorRefs(this.provisioning.snapshot, this.supervisors.ofCall(view.id));
    return { ...call, view: { ...view, supervisors } };
  }

  private supervised(callId: string): void {
    const call = this.calls.get(callId);
    if (call) this.show(this.withSupervisors(call), 'supervised');
  }

  private async hear(notice: Notices['live']): Promise<void> {
    if ('ask' in notice) {
      for (const call of this.liveCalls.all()) {
        await this.notifications.send('live', { call: this.watched(call), change: 'began' });
      }
    } else if ('gone' in notice) this.remove(notice.gone, notice.outcome as Outcome | null);
    else this.show(this.withSupervisors(notice.call as WatchedCall), notice.change as Change);
  }

  private show(watched: WatchedCall, change: Change): void {
    const { view, audience } = watched;
    const before = this.calls.get(view.id);
    this.calls.set(view.id, watched);
    this.append((at) => ({
      before: before?.audience,
      now: audience,
      full: text({ type: 'call', at, change, call: view }),
      // Whom a supervisor listens to is not told.
      forManagers: change === 'supervised' ? '' : text({ type: 'call', at, change, call: forManagers(view) }),
      gone: text({ type: 'call-gone', at, id: view.id, outcome: null }),
    }));
    this.events.publish('call', watched);
    this.tellExtensions(audience, before?.audience);
  }

  private remove(callId: string, outcome: Outcome | null): void {
    const before = this.calls.get(callId);
    if (!before) return;
    this.calls.delete(callId);
    this.append((at) => ({
      before: before.audience,
      now: undefined,
      full: '',
      forManagers: '',
      gone: text({ type: 'call-gone', at, id: callId, outcome }),
    }));
    this.events.publish('gone', { callId });
    this.tellExtensions(before.audience);
  }

  private tellExtensions(...audiences: (Audience | undefined)[]): void {
    const ids = new Set(audiences.flatMap((audience) => audience?.extensionIds ?? []));
    for (const id of ids) this.tellExtension(id);
  }

  private tellExtension(extensionId: string): void {
    const extension = this.extensionView(extensionId);
    if (!extension) return;
    const known = JSON.stringify(extension);
    if (this.extensions.get(extensionId) === known) return;
    this.extensions.set(extensionId, known);
    this.append((at) => {
      const audience = this.audienceOf(extensionId);
      return {
        before: audience,
        now: audience,
        full: text({ type: 'extension', at, extension }),
        forManagers: text({ type: 'extension', at, extension: unfollowed(extension) }),
        gone: '',
      };
    });
  }

  private append(write: (at: string) => FeedEntry): void {
    this.events.publish('entry', this.log.append(write));
  }

  private audienceOf(extensionId: string): Audience {
    const { snapshot } = this.provisioning;
    return {
      companyId: snapshot.extensions.get(extensionId)?.companyId ?? '',
      extensionIds: [extensionId],
      groupIds: groupsOf(snapshot, [extensionId]),
    };
  }

  private extensionView(extensionId: string): LiveExtensionView | undefined {
    const extension = this.provisioning.snapshot.extensions.get(extensionId);
    if (!extension) return undefined;
    const devices = this.location.bindingsOf(extensionId).length;
    return {
      id: extensionId,
      number: extension.number,
      name: extension.name,
      devices,
      state: this.stateOf(extensionId, devices),
      ...presenceOf(extension, clock.now()),
      followers: supervisorRefs(this.provisioning.snapshot, this.supervisors.following(extensionId)),
    };
  }

  private stateOf(extensionId: string, devices: number): LiveExtensionView['state'] {
    const theirs = [...this.calls.values()].filter(({ audience }) =>
      audience.extensionIds.includes(extensionId),
    );
    if (theirs.some((call) => takesPart(call, extensionId))) return 'talking';
    if (theirs.length > 0) return 'ringing';
    if (this.supervisors.has(extensionId)) return 'supervising';
    return devices > 0 ? 'free' : 'offline';
  }
}

const text = (event: LiveEvent): string => JSON.stringify(event);

const forManagers = (view: LiveCallView): LiveCallView => ({ ...view, supervisors: [] });

const unfollowed = (view: LiveExtensionView): LiveExtensionView => ({ ...view, followers: [] });
