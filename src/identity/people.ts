import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import type { Person, PersonChange, PersonNew } from '../contracts/identity.js';
import type { Page, PageQuery } from '../contracts/page.js';
import { Database } from '../database/database.js';
import { orConflict } from '../http/conflicts.js';
import { pageFrom, readCursor } from '../http/cursor.js';
import { InputError, NotFound } from '../http/problem.js';
import { Where } from '../http/where.js';
import { Accounts } from './accounts.js';
import { UserAccount } from './entities.js';
import { readPeople } from './people.query.js';

/** The company's people, as its administrators see to them. */
@Injectable()
export class People {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
  ) {}

  /** By e-mail address. */
  async list(asking: Person, query: PageQuery): Promise<Page<Person>> {
    const where = new Where()
      .and('u.company_id = ?', asking.companyId)
      .andAll('(u.email COLLATE "C", u.id) > (?, ?::uuid)', readCursor(query.cursor, 'text'));
    const limit = where.place(query.limit + 1);
    const people = await this.database.transaction(asking.companyId, (tx) =>
      readPeople(tx, `WHERE ${where} ORDER BY u.email COLLATE "C", u.id LIMIT ${limit}`, where.values),
    );
    return pageFrom(
      people,
      query.limit,
      ({ email, id }) => [email, id],
      (person) => person,
    );
  }

  async get(asking: Person, id: string): Promise<Person> {
    return this.database.transaction(asking.companyId, (tx) => one(tx, asking, id));
  }

  /** @throws AppError 409 where the address has an account already; InputError where there is no such extension or group */
  async create(asking: Person, { extension, supervises, ...fields }: PersonNew): Promise<Person> {
    const { companyId } = asking;
    return orConflict(
      this.database.transaction(companyId, async (tx) => {
        const extensionId = (await extensionIdOf(tx, companyId, extension)) ?? undefined;
        const id = await this.accounts.create(tx, { companyId, ...fields, extensionId }, actorOf(asking));
        if (supervises.length > 0)
          await this.accounts.setOver(tx, { id, companyId }, supervises, actorOf(asking));
        return one(tx, asking, id);
      }),
    );
  }

  /** @throws NotFound; AppError 409 for the last administrator's role */
  async change(asking: Person, id: string, change: PersonChange): Promise<Person> {
    const { companyId } = asking;
    return this.database.transaction(companyId, async (tx) => {
      const account = await this.lock(tx, id);
      const { role, extension, supervises, password } = change;
      if (role !== undefined && role !== 'admin') await demandOtherAdmin(tx, account);
      if (role !== undefined || extension !== undefined) {
        const extensionId = await extensionIdOf(tx, companyId, extension);
        const fields = { ...(role && { role }), ...(extensionId !== undefined && { extensionId }) };
        await this.accounts.change(tx, account, fields, actorOf(asking));
      }
      if (supervises) await this.accounts.setOver(tx, account, supervises, actorOf(asking));
      if (password !== undefined) await this.accounts.setPassword(tx, account, password, actorOf(asking));
      return one(tx, asking, id);
    });
  }

  /** @throws NotFound; AppError 409 for the last administrator */
  async remove(asking: Person, id: string): Promise<void> {
    await this.database.transaction(asking.companyId, async (tx) => {
      const account = await this.lock(tx, id);
      await demandOtherAdmin(tx, account);
      await this.accounts.remove(tx, account, actorOf(asking));
    });
  }

  /** All administrators' rows as well, so that two of them do not take each other's role at the same moment. */
  private async lock(tx: EntityManager, id: string): Promise<UserAccount> {
    const rows = await tx.find(UserAccount, {
      where: [{ id }, { role: 'admin' }],
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    const account = rows.find((row) => row.id === id);
    if (!account) throw new NotFound('person');
    return account;
  }
}

const actorOf = (asking: Person) => `user:${asking.id}`;

async function demandOtherAdmin(tx: EntityManager, account: UserAccount): Promise<void> {
  if (account.role !== 'admin' || (await tx.countBy(UserAccount, { role: 'admin' })) > 1) return;
  throw new AppError('last-admin', 'this is the last administrator: make another one first', {
    httpStatus: 409,
    blame: 'caller',
    field: 'role',
  });
}

/** @returns undefined where none was named, null for none */
async function extensionIdOf(
  tx: EntityManager,
  companyId: string,
  number: string | null | undefined,
): Promise<string | null | undefined> {
  if (number === undefined || number === null) return number;
  const [row]: { id: string }[] = await tx.query(
    'SELECT id FROM extension WHERE company_id = $1 AND number = $2',
    [companyId, number],
  );
  if (row) return row.id;
  throw new InputError([{ field: 'extension', message: 'is no extension’s number' }]);
}

async function one(tx: EntityManager, asking: Person, id: string): Promise<Person> {
  const [person] = await readPeople(tx, 'WHERE u.company_id = $1 AND u.id = $2', [asking.companyId, id]);
  if (!person) throw new NotFound('person');
  return person;
}
