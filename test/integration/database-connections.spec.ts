import { connect, createServer, type AddressInfo } from 'node:net';
import { Database } from '../../src/database/database.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

/** What PostgreSQL says to a session when it can take one (manual, §54.7): the last of its greeting. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');

/** ErrorResponse of a session that the server ends. */
function fatal(): Buffer {
  const fields = Buffer.from(
    'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0',
  );
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

describe('a connection that PostgreSQL ends in the moment in which it is open', () => {
  let sql: TestDatabase;
  let database: Database;
  let isEnding = false;
  let ended = 0;
  const server = createServer((near) => {
    const to = new URL(sql.url);
    const far = connect(Number(to.port), to.hostname);
    near.pipe(far);
    far.on('data', (chunk) => {
      if (!isEnding || !chunk.subarray(-READY.length).equals(READY)) return void near.write(chunk);
      ended += 1;
      near.end(Buffer.concat([chunk, fatal()]));
    });
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => [near, far].forEach((other) => other.destroy()));
    }
  });

  beforeAll(async () => {
    sql = await testDatabase();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    database = await Database.open(Object.assign(new URL(sql.url), { port }).href);
  });
  afterAll(async () => {
    await database.close();
    server.close();
    await sql.drop();
  });

  it('costs what was to run on it and nothing else', async () => {
    isEnding = true;
    const busy = Array.from({ length: 4 }, () => database.transaction('*', (tx) => tx.query('SELECT 1')));
    expect((await Promise.allSettled(busy)).some(({ status }) => status === 'rejected')).toBe(true);
    expect(ended).toBeGreaterThan(0);
    isEnding = false;
    expect(await database.transaction('*', (tx) => tx.query('SELECT 2 AS two'))).toEqual([{ two: 2 }]);
  });
});
