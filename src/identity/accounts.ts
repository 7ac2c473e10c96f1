import { Injectable } from '@nestjs/common';
import { Not, type EntityManager } from 'typeorm';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Role } from '../contracts/identity.js';
import { InputError } from '../http/problem.js';
import { Ledger } from '../ledger/ledger.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import { UserAccount, UserToken } from './entities.js';
import { hashPassword, passwordFits } from './passwords.js';

export interface NewAccount {
  companyId: string;
  email: string;
  password: string;
  role: Role;
  extensionId?: string;
}

/** Accounts of people; each change is an entry of the ledger. */
@Injectable()
export class Accounts {
  constructor(private readonly ledger: Ledger) {}

  /** The administrator with this address, or else the oldest one; null where there is none yet. */
  async firstAdmin(tx: EntityManager, email: string): Promise<UserAccount | null> {
    const admins = await tx.find(UserAccount, {
      where: { role: 'admin' },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return admins.find((admin) => admin.email === email) ?? admins[0] ?? null;
  }

  /** @param actor who creates it, as the ledger names people */
  async create(tx: EntityManager, account: NewAccount, actor: string): Promise<string> {
    const id = newId();
    const email = account.email.toLowerCase();
    await tx.insert(UserAccount, {
      id,
      companyId: account.companyId,
      email,
      passwordHash: await hashPassword(account.password),
      role: account.role,
      extensionId: account.extensionId ?? null,
    });
    await this.write(tx, account.companyId, actor, {
      action: 'created',
      id,
      fields: { email, role: account.role, extensionId: account.extensionId ?? null },
    });
    return id;
  }

  /**
   * Sets the password where it is another one; whoever is signed in with the old one is signed out.
   * @param kept hash of the token that stays signed in
   */
  async setPassword(
    tx: EntityManager,
    account: UserAccount,
    password: string,
    actor: string,
    kept?: Buffer,
  ): Promise<void> {
    if (await passwordFits(account.passwordHash, password)) return;
    await tx.update(UserAccount, account.id, { passwordHash: await hashPassword(password) });
    await tx.delete(UserToken, { userId: account.id, ...(kept && { tokenHash: Not(kept) }) });
    await this.write(tx, account.companyId, actor, {
      action: 'changed',
      id: account.id,
      fields: { password: 'set' },
    });
  }

  /** Sets a supervisor over these ring groups alone. @throws InputError where one is no group of the company */
  async setOver(
    tx: EntityManager,
    { id, companyId }: Pick<UserAccount, 'id' | 'companyId'>,
    groupIds: readonly string[],
    actor: string,
  ): Promise<void> {
    await tx.query('DELETE FROM supervisor_group WHERE user_id = $1', [id]);
    const set = await tx.query<unknown[]>(
      `INSERT INTO supervisor_group (company_id, user_id, group_id)
       SELECT company_id, $1, id FROM ring_group WHERE company_id = $2 AND id = ANY($3) RETURNING group_id`,
      [id, companyId, groupIds],
    );
    if (set.length < groupIds.length)
      throw new InputError([{ field: 'supervises', message: 'names a group that is none of this company' }]);
    await this.write(tx, companyId, actor, { action: 'changed', id, fields: { supervises: [...groupIds] } });
  }

  /** Sets role or extension. Rights are looked up anew with every request, so that this holds at once. */
  async change(
    tx: EntityManager,
    account: UserAccount,
    fields: { role?: Role; extensionId?: string | null },
    actor: string,
  ): Promise<void> {
    await tx.update(UserAccount, account.id, fields);
    await this.write(tx, account.companyId, actor, { action: 'changed', id: account.id, fields });
  }

  async remove(tx: EntityManager, account: UserAccount, actor: string): Promise<void> {
    await tx.delete(UserAccount, account.id);
    const fields = { email: account.email, role: account.role };
    await this.write(tx, account.companyId, actor, { action: 'removed', id: account.id, fields });
  }

  private async write(
    tx: EntityManager,
    companyId: string,
    actor: string,
    change: { action: string; id: string; fields: JsonObject },
  ): Promise<void> {
    await this.ledger.append(tx, {
      id: newId(),
      companyId,
      kind: 'provisioning.changed',
      at: clock.iso(),
      actor,
      data: { what: 'person', ...change },
    });
  }
}
