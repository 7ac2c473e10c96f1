import type { EntityManager } from 'typeorm';
import { clock } from '../common/clock.js';
import type { Database } from '../database/database.js';
import { GroupCommit } from './group-commit.js';
import type { LedgerWrite } from './ledger-write.js';

const COMPANY = '00000000-0000-7000-8000-000000000001';
const write = (id: string, companyId = COMPANY): LedgerWrite => ({
  id,
  companyId,
  kind: 'provisioning.changed',
  at: clock.iso(),
  actor: 'system',
  data: {},
});
const later = () => clock.monotonic() + 1000;

/** A database whose commits are let through, or fail, by hand. */
class HeldDatabase {
  readonly transactions: string[][] = [];
  private readonly held: (() => void)[] = [];
  private failures: Error[] = [];

  failNext(...errors: Error[]): void {
    this.failures.push(...errors);
  }

  release(): void {
    this.held.shift()?.();
  }

  async transaction<T>(_: string, run: (tx: EntityManager) => Promise<T>): Promise<T> {
    const ids: string[] = [];
    this.transactions.push(ids);
    const value = await run(ids as unknown as EntityManager);
    await new Promise<void>((done) => this.held.push(done));
    const failure = this.failures.shift();
    if (failure) throw failure;
    return value;
  }
}

describe('GroupCommit', () => {
  let database: HeldDatabase;
  let poisoned: string | undefined;
  let group: GroupCommit;
  const settled = () => new Promise((done) => setImmediate(done));

  beforeEach(() => {
    database = new HeldDatabase();
    poisoned = undefined;
    group = new GroupCommit(database as unknown as Database, async (tx, { id }) => {
      (tx as unknown as string[]).push(id);
      if (id === poisoned) throw new Error('refused by its content');
      return { id };
    });
  });

  it('commits what comes meanwhile together, in its order, each with its own result', async () => {
    const first = group.commit(write('a'), later());
    await settled();
    const rest = ['b', 'c', 'd'].map((id) => group.commit(write(id), later()));
    database.release();
    expect(await first).toEqual({ id: 'a' });
    await settled();
    database.release();
    expect(await Promise.all(rest)).toEqual([{ id: 'b' }, { id: 'c' }, { id: 'd' }]);
    expect(database.transactions).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('commits what comes in the very moment in which the last one is done', async () => {
    let second: Promise<unknown> | undefined;
    const first = group.commit(write('a'), later()).then(() => (second = group.commit(write('b'), later())));
    await settled();
    database.release();
    await settled();
    database.release();
    await first;
    await settled();
    expect(database.transactions).toEqual([['a'], ['b']]);
    expect(await second).toEqual({ id: 'b' });
  });

  it('does not let one company wait for another', async () => {
    void group.commit(write('a'), later());
    void group.commit(write('b', COMPANY.replace('1', '2')), later());
    await settled();
    expect(database.transactions).toEqual([['a'], ['b']]);
  });

  it('refuses a poisoned write alone and commits those around it in their order', async () => {
    poisoned = 'c';
    const outcomes = ['a', 'b', 'c', 'd'].map((id) =>
      group.commit(write(id), later()).catch(() => 'refused'),
    );
    for (let round = 0; round < 8; round += 1) {
      await settled();
      database.release();
    }
    expect(await Promise.all(outcomes)).toEqual([{ id: 'a' }, { id: 'b' }, 'refused', { id: 'd' }]);
    expect(database.transactions).toEqual([['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']]);
  });

  it('gives all that wait back when the database is away', async () => {
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    database.failNext(away);
    const outcomes = ['a', 'b', 'c'].map((id) => group.commit(write(id), later()));
    const failures = Promise.allSettled(outcomes);
    await settled();
    database.release();
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(database.transactions).toEqual([['a']]);
  });

  it('tries again at once after a deadlock', async () => {
    database.failNext(Object.assign(new Error('deadlock'), { code: '40P01' }));
    const outcome = group.commit(write('a'), later());
    for (let round = 0; round < 3; round += 1) {
      await settled();
      database.release();
    }
    expect(await outcome).toEqual({ id: 'a' });
    expect(database.transactions).toEqual([['a'], ['a']]);
  });
});
