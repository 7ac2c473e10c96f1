import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { TypedEvents } from '../common/typed-events.js';
import type { DeviceKind } from '../contracts/calls.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { Binding } from './binding.js';
import { applyChanges, changesBetween, expiryOf, type BindingChange } from './binding-change.js';
import { BindingStore } from './binding-store.js';
import { deviceTarget, type DialTarget } from './sip-target.js';
import { isBrowser, plainAddress, sameSource, type SipSource } from './source.js';

const SWEEP_MS = 5_000;

/** Where each extension's devices are now (RFC 3261 §10's location service): in memory, kept in PostgreSQL too. */
@Injectable()
export class Location {
  readonly events = new TypedEvents<{
    changed: { companyId: string; extensionId: string; devices: number };
  }>();
  private readonly byExtension = new Map<string, readonly Binding[]>();
  /** Source address → extensions registered from there: asked for every INVITE, by floods too. */
  private readonly byAddress = new Map<string, Set<string>>();
  private sweepTimer?: NodeJS.Timeout;

  constructor(
    private readonly store: BindingStore,
    private readonly provisioning: Provisioning,
  ) {
    provisioning.events.on('changed', ({ extensions }) => {
      for (const extensionId of this.byExtension.keys()) {
        if (!extensions.has(extensionId)) this.keep(extensionId, []);
      }
    });
    store.events.on('heard', ({ extensionIds }) => this.takeOver(extensionIds));
  }

  /** Takes up what was registered before; without it phones are found again as they re-register. */
  async start(): Promise<void> {
    await this.takeOver();
    this.sweepTimer = setInterval(() => this.sweep(), SWEEP_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.sweepTimer);
    await this.store.stop();
  }

  /** Live bindings, highest q first. */
  bindingsOf(extensionId: string): Binding[] {
    const now = clock.now();
    return (this.byExtension.get(extensionId) ?? [])
      .filter(({ expiresAt }) => expiresAt > now)
      .sort((a, b) => b.q - a.q);
  }

  /** Every device of the extension that is registered now, or those of one kind; none: it cannot be rung. */
  targetsOf(extensionId: string, kind?: DeviceKind): DialTarget[] {
    return this.bindingsOf(extensionId)
      .filter((binding) => kind === undefined || kindOf(binding) === kind)
      .map(deviceTarget);
  }

  /** Tells which devices one of these extensions has, whenever that changes. @returns what ends it */
  follow(
    extensionIds: readonly string[],
    kind: DeviceKind | undefined,
    changed: (extensionId: string, now: DialTarget[]) => void | Promise<void>,
  ): () => void {
    return this.events.on('changed', ({ extensionId }) => {
      if (extensionIds.includes(extensionId)) return changed(extensionId, this.targetsOf(extensionId, kind));
    });
  }

  /** Devices registered now, over all extensions. */
  get size(): number {
    return [...this.byExtension.keys()].reduce((sum, id) => sum + this.bindingsOf(id).length, 0);
  }

  replace(companyId: string, extensionId: string, bindings: readonly Binding[]): void {
    this.change(companyId, extensionId, changesBetween(this.byExtension.get(extensionId) ?? [], bindings));
  }

  /** The extension that is registered from exactly this address and port. */
  extensionAt(source: SipSource): string | undefined {
    return [...(this.byAddress.get(source.address) ?? [])].find((extensionId) =>
      this.bindingsOf(extensionId).some(({ received }) => sameSource(received, source)),
    );
  }

  /** A page's WebSocket from there is closed: what was registered over it is reached no more (RFC 5626 §5.3). */
  webSocketClosed(from: Omit<SipSource, 'protocol'>): void {
    const source: SipSource = { ...from, address: plainAddress(from.address), protocol: 'ws' };
    const extensionId = this.extensionAt(source);
    if (extensionId === undefined) return;
    const gone = this.bindingsOf(extensionId).filter(
      ({ received }) => isBrowser(received) && sameSource(received, source),
    );
    for (const { companyId } of gone.slice(0, 1)) this.change(companyId, extensionId, gone.map(expiryOf));
  }

  isRegisteredFrom(extensionId: string, address: string): boolean {
    return this.bindingsOf(extensionId).some(({ received }) => received.address === address);
  }

  private keep(extensionId: string, bindings: readonly Binding[]): void {
    for (const { received } of this.byExtension.get(extensionId) ?? []) {
      const there = this.byAddress.get(received.address);
      there?.delete(extensionId);
      if (there?.size === 0) this.byAddress.delete(received.address);
    }
    if (bindings.length === 0) this.byExtension.delete(extensionId);
    else this.byExtension.set(extensionId, bindings);
    for (const { received } of bindings) {
      const there = this.byAddress.get(received.address) ?? new Set();
      this.byAddress.set(received.address, there.add(extensionId));
    }
  }

  private change(companyId: string, extensionId: string, changes: readonly BindingChange[]): void {
    const bindings = applyChanges(this.byExtension.get(extensionId) ?? [], changes);
    this.keep(extensionId, bindings);
    this.store.save(companyId, extensionId, changes);
    this.events.publish('changed', { companyId, extensionId, devices: bindings.length });
  }

  /** Takes over what the database has, where another control plane registers phones too. */
  private async takeOver(extensionIds?: readonly string[]): Promise<void> {
    const { extensions } = this.provisioning.snapshot;
    try {
      const bindings = await this.store.load(clock.now(), extensionIds);
      const registered = bindings.map(({ extensionId }) => extensionId);
      for (const extensionId of extensionIds ?? new Set([...this.byExtension.keys(), ...registered])) {
        const companyId = extensions.get(extensionId)?.companyId;
        if (companyId === undefined) continue;
        const devices = bindings.filter((binding) => binding.extensionId === extensionId);
        this.keep(extensionId, devices);
        this.events.publish('changed', { companyId, extensionId, devices: devices.length });
      }
    } catch (error) {
      log('sip').warn({ error: messageOf(error) }, 'registrations could not be read from the database');
    }
  }

  private sweep(): void {
    const now = clock.now();
    for (const [extensionId, bindings] of this.byExtension) {
      const expired = bindings.filter(({ expiresAt }) => expiresAt <= now);
      const companyId = bindings[0]?.companyId;
      if (companyId && expired.length > 0) this.change(companyId, extensionId, expired.map(expiryOf));
    }
  }
}

/** A browser keeps its WebSocket open (RFC 7118); everything else that registers counts as a softphone. */
export const kindOf = ({ received }: Binding): DeviceKind =>
  received.protocol === 'ws' || received.protocol === 'wss' ? 'browser' : 'softphone';
