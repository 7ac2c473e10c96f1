import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Database } from '../../src/database/database.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-ports.js';

jest.setTimeout(60_000);

describe('a start on a given PostgreSQL', () => {
  let sql: TestDatabase;
  const changed = (change: Partial<URL>) => Object.assign(new URL(sql.url), change).href;

  beforeEach(async () => {
    sql = await testDatabase();
  });
  afterEach(() => sql.drop());

  it('migrates once, though several control planes start together', async () => {
    const databases = await Promise.all([
      Database.open(sql.url),
      Database.open(sql.url),
      Database.open(sql.url),
    ]);
    expect(await sql.query('SELECT count(*)::int FROM migrations')).toEqual([{ count: MIGRATIONS.length }]);
    for (const database of databases) {
      const [row] = await database.transaction('*', (tx) =>
        tx.query<{ current_user: string }[]>('SELECT current_user::text'),
      );
      expect(row).toEqual({ current_user: 'linekeeper_app' });
      await database.close();
    }
  });

  it('needs no superuser: the owner of the database who may create roles is enough', async () => {
    const name = `owner_${randomBytes(4).toString('hex')}`;
    await sql.query(`CREATE ROLE ${name} LOGIN CREATEROLE PASSWORD 'secret'`);
    await sql.query(`GRANT linekeeper_app TO ${name}`).catch(() => undefined); // made before it, by another start
    const database = new URL(sql.url).pathname.slice(1);
    await sql.query(`ALTER DATABASE ${database} OWNER TO ${name}`);
    await sql.query(`ALTER SCHEMA public OWNER TO ${name}`);
    const opened = await Database.open(changed({ username: name, password: 'secret' }));
    expect(await opened.isUp()).toBe(true);
    expect(await opened.transaction('*', (tx) => tx.query('SELECT FROM company'))).toEqual([]);
    await opened.close();
    await sql.query(`REASSIGN OWNED BY ${name} TO CURRENT_USER`);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    [
      'a wrong password',
      () => changed({ password: 'wrong' }),
      /refuses the user or the password of DATABASE_URL$/,
    ],
    ['a database that is not there', () => changed({ pathname: '/nothing' }), /has no such database/],
    [
      'a server that is not there',
      async () => `postgresql://a:b@127.0.0.1:${await freePort()}/c`,
      /^PostgreSQL at 127\.0\.0\.1:\d+\/c cannot be used after 1 s \(.*ECONNREFUSED.*\): start it, or mend DATABASE_URL$/,
    ],
  ])('says in one line: %s', async (_, url, line) => {
    const failure = await Database.open(await url(), 1000).catch((error: Error) => error);
    expect((failure as Error).message).toMatch(line);
    expect((failure as Error).message).not.toMatch(/\n|wrong|secret/);
  });

  it('says in one line that what listens there is no PostgreSQL, after a bounded time', async () => {
    const sockets: Socket[] = [];
    const stranger = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
    const { port } = stranger.address() as AddressInfo;
    await expect(Database.open(`postgresql://a:b@127.0.0.1:${port}/c`, 500)).rejects.toThrow(
      /cannot be used after/,
    );
    for (const socket of sockets) socket.destroy();
    stranger.close();
  });
});
