import { Injectable } from '@nestjs/common';
import { ControlPlanes } from '../calls/control-planes.js';
import { TypedEvents } from '../common/typed-events.js';
import type { SupervisionMode } from '../contracts/live.js';
import { Notifications, type Notices } from '../database/notifications.js';

/** What somebody does who supervises: takes part in a call, follows an extension from call to call, or both. */
export interface Supervising {
  mode: SupervisionMode;
  callId: string | null;
  following: string | null;
}

/** Who supervises from which extension, at this control plane and the others; told by the one that has his device. */
@Injectable()
export class Supervisors {
  readonly events = new TypedEvents<{
    changed: { extensionId: string; before: Supervising | undefined; now: Supervising | undefined };
    /** He supervises from another control plane now. */
    elsewhere: { extensionId: string };
  }>();
  private readonly all = new Map<string, Supervising & { plane: string }>();

  constructor(
    private readonly planes: ControlPlanes,
    private readonly notifications: Notifications,
  ) {
    notifications.on('supervisors', {
      heard: (notice) => this.hear(notice),
      missed: () => this.tellAnew(),
    });
    planes.events.on('gone', ({ id }) => this.forget((plane) => plane === id));
  }

  has(extensionId: string): boolean {
    return this.all.has(extensionId);
  }

  /** @returns who takes part in this call, by extension */
  ofCall(callId: string): { extensionId: string; mode: SupervisionMode }[] {
    return this.where(({ callId: his }) => his === callId);
  }

  /** @returns who follows this extension, by his own */
  following(extensionId: string): { extensionId: string; mode: SupervisionMode }[] {
    return this.where(({ following }) => following === extensionId);
  }

  /** Somebody supervises from here, or does so in another way. */
  begins(extensionId: string, { mode, callId, following }: Supervising): void {
    const does = { mode, callId, following };
    this.note(extensionId, { ...does, plane: this.planes.id });
    void this.notifications.send('supervisors', { plane: this.planes.id, extensionId, does });
  }

  /** Nobody supervises from here any more. */
  ends(extensionId: string): void {
    if (this.all.get(extensionId)?.plane === this.planes.id) this.note(extensionId, undefined);
    void this.notifications.send('supervisors', { plane: this.planes.id, extensionId, does: null });
  }

  private where(
    fits: (supervising: Supervising) => boolean,
  ): { extensionId: string; mode: SupervisionMode }[] {
    return [...this.all].flatMap(([extensionId, one]) => (fits(one) ? { extensionId, mode: one.mode } : []));
  }

  private hear(notice: Notices['supervisors']): void {
    const { plane } = notice;
    if ('anew' in notice) {
      this.forget((of) => of === plane);
      return this.tell();
    }
    const { extensionId, does } = notice;
    const known = this.all.get(extensionId)?.plane;
    if (does) this.note(extensionId, { ...(does as Supervising), plane });
    else if (known === plane) this.note(extensionId, undefined);
    if (does && known === this.planes.id) this.events.publish('elsewhere', { extensionId });
  }

  /** What the others told before may be over; so may be for them what was told from here. */
  private tellAnew(): void {
    this.forget((plane) => plane !== this.planes.id);
    void this.notifications.send('supervisors', { plane: this.planes.id, anew: true });
    this.tell();
  }

  private tell(): void {
    for (const [extensionId, { plane, ...does }] of this.all)
      if (plane === this.planes.id) void this.notifications.send('supervisors', { plane, extensionId, does });
  }

  private forget(of: (plane: string) => boolean): void {
    for (const [extensionId, { plane }] of [...this.all]) if (of(plane)) this.note(extensionId, undefined);
  }

  private note(extensionId: string, now: (Supervising & { plane: string }) | undefined): void {
    const before = this.all.get(extensionId);
    if (now) this.all.set(extensionId, now);
    else this.all.delete(extensionId);
    this.events.publish('changed', { extensionId, before, now });
  }
}
