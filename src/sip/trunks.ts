import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import type { Snapshot, TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { TrunkRegistration, type TrunkState } from './trunk-registration.js';

export type TrunkStates = ReadonlyMap<string, TrunkState & { kind: TrunkConfig['kind'] }>;

/** The carriers we register with, kept as provisioning has them. */
@Injectable()
export class Trunks {
  private readonly registrations = new Map<string, TrunkRegistration>();
  private readonly startedAt = clock.iso();
  private running = false;

  constructor(
    private readonly connection: DrachtioConnection,
    private readonly provisioning: Provisioning,
  ) {
    provisioning.events.on('changed', (snapshot) => {
      if (this.running) this.follow(snapshot);
    });
    connection.events.on('connected', ({ again }) => {
      if (again) for (const registration of this.registrations.values()) registration.start();
    });
  }

  start(): void {
    this.running = true;
    this.follow(this.provisioning.snapshot);
  }

  /** Unregisters everywhere; time-limited, never throws. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all([...this.registrations.values()].map((registration) => registration.stop()));
    this.registrations.clear();
  }

  /** By trunk id. A trunk known by its address has nothing to register: it counts as registered. */
  get states(): TrunkStates {
    return new Map(
      [...this.provisioning.snapshot.trunks.values()].map((trunk) => {
        const registration = this.registrations.get(trunk.id);
        const state: TrunkState = registration?.state ?? {
          state: trunk.enabled && trunk.kind === 'address' ? 'registered' : 'stopped',
          since: this.startedAt,
        };
        return [trunk.id, { ...state, kind: trunk.kind }];
      }),
    );
  }

  /** The trunk whose registered contact a carrier calls. */
  byContactUser(user: string): TrunkConfig | undefined {
    return this.live().find(({ contactUser }) => contactUser === user)?.trunk;
  }

  /** Trunks whose registrar answered from this address. */
  registeredAt(address: string): TrunkConfig[] {
    return this.live()
      .filter(({ sourceAddress, state }) => sourceAddress === address && state.state === 'registered')
      .map(({ trunk }) => trunk);
  }

  sendsFrom(address: string): boolean {
    return this.registeredAt(address).length > 0;
  }

  private live(): TrunkRegistration[] {
    return [...this.registrations.values()];
  }

  private follow({ trunks }: Snapshot): void {
    for (const [id, registration] of this.registrations) {
      const now = trunks.get(id);
      if (now && wantsRegistration(now) && isSame(now, registration.trunk)) continue;
      this.registrations.delete(id);
      void registration.stop();
    }
    for (const trunk of trunks.values()) {
      if (!wantsRegistration(trunk) || this.registrations.has(trunk.id)) continue;
      const registration = new TrunkRegistration(this.connection, trunk);
      this.registrations.set(trunk.id, registration);
      registration.start();
    }
  }
}

const wantsRegistration = ({ enabled, kind, username }: TrunkConfig): boolean =>
  enabled && kind === 'registration' && username !== null;

const isSame = (a: TrunkConfig, b: TrunkConfig): boolean => JSON.stringify(a) === JSON.stringify(b);
