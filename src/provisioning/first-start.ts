import { Inject, Injectable } from '@nestjs/common';
import { fileURLToPath } from 'node:url';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { LOCKS } from '../database/advisory-locks.js';
import { Database } from '../database/database.js';
import { Accounts } from '../identity/accounts.js';
import { generatePassword } from '../identity/passwords.js';
import { knownPasswordsInUse } from './known-passwords.js';
import { Provisioning } from './provisioning.js';
import { readSeed, SeedError } from './seed-file.js';
import { Seeding } from './seeding.js';

// From src/provisioning and dist/provisioning alike.
const DEMO = fileURLToPath(new URL('../../config/demo.yaml', import.meta.url));

export interface Started {
  adminEmail: string;
  /** Only where this start generated it: to be printed once, and kept nowhere. */
  generatedPassword?: string;
  /** Whether this start set the demo company up. */
  seeded: boolean;
}

/** What must be there before anybody can sign in: a company and its administrator. */
@Injectable()
export class FirstStart {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly database: Database,
    private readonly seeding: Seeding,
    private readonly accounts: Accounts,
    private readonly provisioning: Provisioning,
  ) {}

  /**
   * Sets up what is missing; with everything there it changes nothing. To be called before anything listens.
   * @throws SeedError with one line per mistake of config/demo.yaml, and where its passwords would be open to a network
   */
  async run(): Promise<Started> {
    const started = await this.database.transaction('*', async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCKS['first start']]);
      const { companyId, seeded } = await this.firstCompany(tx);
      return { ...(await this.admin(tx, companyId)), seeded };
    });
    await this.provisioning.reload();
    await this.refuseKnownPasswords();
    return started;
  }

  private async firstCompany(tx: EntityManager): Promise<{ companyId: string; seeded: boolean }> {
    const [first]: { id: string }[] = await tx.query(
      'SELECT id FROM company ORDER BY created_at, id LIMIT 1',
    );
    if (first) return { companyId: first.id, seeded: false };
    if (this.settings.SEED === 'none') {
      const company = { name: 'Company', country: 'RU', sipDomain: null, recordsInternalCalls: false };
      return { companyId: await this.seeding.company(tx, company), seeded: false };
    }
    if (!this.settings.loopbackOnly) {
      throw new SeedError([
        `LISTEN_IP ${this.settings.LISTEN_IP} is open to a network, and the demo's passwords are known to everyone: set SEED=none, or LISTEN_IP=127.0.0.1`,
      ]);
    }
    return { companyId: await this.seeding.apply(tx, readSeed(DEMO)), seeded: true };
  }

  private async admin(tx: EntityManager, companyId: string): Promise<Omit<Started, 'seeded'>> {
    const { ADMIN_EMAIL, ADMIN_PASSWORD } = this.settings;
    const adminEmail = ADMIN_EMAIL.toLowerCase();
    const existing = await this.accounts.firstAdmin(tx, adminEmail);
    if (!existing) {
      const password = ADMIN_PASSWORD ?? generatePassword();
      await this.accounts.create(tx, { companyId, email: adminEmail, password, role: 'admin' }, 'system');
      return { adminEmail, ...(ADMIN_PASSWORD === undefined && { generatedPassword: password }) };
    }
    // A password that was lost is mended by a start with another one.
    if (ADMIN_PASSWORD !== undefined && existing.email === adminEmail) {
      await this.accounts.setPassword(tx, existing, ADMIN_PASSWORD, 'system');
    }
    return { adminEmail: existing.email };
  }

  /** Also those of an earlier start that listened on loopback alone. */
  private async refuseKnownPasswords(): Promise<void> {
    if (this.settings.loopbackOnly) return;
    const inUse = await this.database.transaction('*', (tx) =>
      knownPasswordsInUse(tx, this.provisioning.snapshot, readSeed(DEMO)),
    );
    if (inUse.length === 0) return;
    throw new SeedError([
      `LISTEN_IP ${this.settings.LISTEN_IP} is open to a network, and ${inUse.join(', ')} still ${inUse.length === 1 ? 'has its' : 'have their'} demo password: change or remove ${inUse.length === 1 ? 'it' : 'them'} with LISTEN_IP=127.0.0.1 first`,
    ]);
  }
}
