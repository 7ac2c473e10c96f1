import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { Sealer } from '../common/sealer.js';
import { Leadership } from '../database/leadership.js';
import { Notifications } from '../database/notifications.js';
import type { Snapshot, TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { TrunkRegistration, type TrunkState } from './trunk-registration.js';

export type TrunkStates = ReadonlyMap<string, TrunkState & { kind: TrunkConfig['kind'] }>;

/** How often the others are told how the registrations stand, should they have missed it. */
const TELL_MS = 5_000;

/** Hexadecimal digits of a contact's user part that nobody can guess. */
const CONTACT_DIGITS = 18;

/** What the control plane that registers tells of a trunk. */
interface Told {
  state: TrunkState;
  sourceAddress?: string;
}

/**
 * The carriers we register with, kept as provisioning has them. Of several control planes one registers; the others
 * know how that stands, since the carrier's calls reach them as well.
 */
@Injectable()
export class Trunks {
  private readonly registrations = new Map<string, TrunkRegistration>();
  private readonly told = new Map<string, Told>();
  private readonly contactUsers = new Map<string, string>();
  /** The sealing one first; by the others carriers may still know us. */
  private contactKeys: Buffer[];
  private readonly startedAt = clock.iso();
  private leads = false;
  private tellTimer?: NodeJS.Timeout;

  constructor(
    private readonly connection: DrachtioConnection,
    private readonly provisioning: Provisioning,
    private readonly leadership: Leadership,
    private readonly notifications: Notifications,
    sealer: Sealer,
  ) {
    this.contactKeys = sealer.keysFor('trunk contacts');
    sealer.events.on('changed', () => {
      this.contactKeys = sealer.keysFor('trunk contacts');
      this.follow(provisioning.snapshot);
    });
    provisioning.events.on('changed', (snapshot) => this.follow(snapshot));
    connection.events.on('connected', ({ again }) => {
      if (again) for (const registration of this.registrations.values()) registration.start();
    });
    notifications.on('trunks', {
      heard: ({ trunkId, state, sourceAddress }) =>
        void this.told.set(trunkId, { state: state as TrunkState, sourceAddress }),
      missed: () => undefined, // told again soon
    });
  }

  start(): void {
    this.leadership.compete('trunk registrations', (leads) => this.lead(leads));
    this.tellTimer = setInterval(() => this.tellAll(), TELL_MS);
    this.follow(this.provisioning.snapshot);
  }

  /** Unregisters everywhere; time-limited, never throws. */
  async stop(): Promise<void> {
    clearInterval(this.tellTimer);
    this.leads = false;
    await Promise.all([...this.registrations.values()].map((registration) => registration.stop()));
    this.registrations.clear();
    await this.leadership.resign('trunk registrations');
  }

  /** By trunk id. A trunk known by its address has nothing to register: it counts as registered. */
  get states(): TrunkStates {
    return new Map(
      [...this.provisioning.snapshot.trunks.values()].map((trunk) => {
        const state: TrunkState = this.registrations.get(trunk.id)?.state ??
          (wantsRegistration(trunk) ? this.told.get(trunk.id)?.state : undefined) ?? {
            state: trunk.enabled && trunk.kind === 'address' ? 'registered' : 'stopped',
            since: this.startedAt,
          };
        return [trunk.id, { ...state, kind: trunk.kind }];
      }),
    );
  }

  /** The trunk whose registered contact a carrier calls. */
  byContactUser(user: string): TrunkConfig | undefined {
    const trunkId = this.contactUsers.get(user);
    return trunkId === undefined ? undefined : this.provisioning.snapshot.trunks.get(trunkId);
  }

  /** Trunks whose registrar answered from this address. */
  registeredAt(address: string): TrunkConfig[] {
    return [...new Set(this.contactUsers.values())].flatMap((trunkId) => {
      const { state, sourceAddress } = this.registrations.get(trunkId) ?? this.told.get(trunkId) ?? {};
      const trunk = this.provisioning.snapshot.trunks.get(trunkId);
      return trunk && sourceAddress === address && state?.state === 'registered' ? [trunk] : [];
    });
  }

  sendsFrom(address: string): boolean {
    return this.registeredAt(address).length > 0;
  }

  private lead(leads: boolean): void {
    this.leads = leads;
    if (leads) return this.follow(this.provisioning.snapshot);
    for (const registration of this.registrations.values()) registration.leave();
    this.registrations.clear();
  }

  private follow({ trunks }: Snapshot): void {
    const wanted = [...trunks.values()].filter(wantsRegistration);
    this.contactUsers.clear();
    for (const { id } of wanted) {
      for (const key of this.contactKeys) this.contactUsers.set(contactUserOf(id, key), id);
    }
    if (!this.leads) return;
    for (const [id, registration] of this.registrations) {
      const now = trunks.get(id);
      const isCurrent = registration.contactUser === this.contactUserOf(id);
      if (now && wantsRegistration(now) && isSame(now, registration.trunk) && isCurrent) continue;
      this.registrations.delete(id);
      void registration.stop();
    }
    for (const trunk of wanted) {
      if (this.registrations.has(trunk.id)) continue;
      const registration = new TrunkRegistration(this.connection, trunk, this.contactUserOf(trunk.id), () =>
        this.tell(registration),
      );
      this.registrations.set(trunk.id, registration);
      registration.start();
    }
  }

  private contactUserOf(trunkId: string): string {
    return contactUserOf(trunkId, this.contactKeys[0] as Buffer);
  }

  private tellAll(): void {
    for (const registration of this.registrations.values()) this.tell(registration);
  }

  private tell({ trunk, state, sourceAddress }: TrunkRegistration): void {
    void this.notifications.send('trunks', { trunkId: trunk.id, state, sourceAddress });
  }
}

const wantsRegistration = ({ enabled, kind, username }: TrunkConfig): boolean =>
  enabled && kind === 'registration' && username !== null;

const isSame = (a: TrunkConfig, b: TrunkConfig): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Not to be guessed by others, and the same in every control plane. */
function contactUserOf(trunkId: string, key: Buffer): string {
  const mac = createHmac('sha256', key).update(trunkId).digest('hex');
  return `lk${mac.slice(0, CONTACT_DIGITS)}`;
}
