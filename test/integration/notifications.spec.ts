import pg from 'pg';
import { Database } from '../../src/database/database.js';
import { Notifications, type Notices } from '../../src/database/notifications.js';
import { StandingConnection } from '../../src/database/standing-connection.js';
import type { Settings } from '../../src/common/env.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

const TALK = { callId: 'a call', extensionId: 'an extension' };

/** A control plane, as far as it tells others of calls. */
class Plane {
  readonly heard: Notices['talks'][] = [];
  missed = 0;
  private readonly connection: StandingConnection;
  private readonly notifications: Notifications;

  constructor(DATABASE_URL: string) {
    this.connection = new StandingConnection({ DATABASE_URL } as Settings);
    this.notifications = new Notifications(this.connection);
    this.notifications.on('talks', {
      heard: (notice) => void this.heard.push(notice),
      missed: () => void (this.missed += 1),
    });
  }

  start = () => this.connection.onApplicationBootstrap();
  stop = () => this.connection.onModuleDestroy();
  share = () => this.notifications.share('talks', TALK);
}

describe('what control planes tell each other of every call', () => {
  let sql: TestDatabase;
  let listener: pg.Client;
  const told: string[] = [];
  const planes: Plane[] = [];

  beforeAll(async () => {
    sql = await testDatabase();
    await (await Database.open(sql.url)).close(); // its roles and tables
    listener = new pg.Client({ connectionString: sql.url });
    await listener.connect();
    listener.on('notification', ({ payload }) =>
      told.push((JSON.parse(payload ?? '') as { topic: string }).topic),
    );
    await listener.query('LISTEN linekeeper');
  });
  afterAll(async () => {
    await Promise.all(planes.map((plane) => plane.stop()));
    await listener?.end();
    await sql.drop();
  });

  it('is not told by one that is alone', async () => {
    const first = new Plane(sql.url);
    planes.push(first);
    await first.start();
    await until('the first listens', async () => first.missed === 1);
    await first.share();
    await until('it has greeted', async () => told.length > 0);
    expect(told).toEqual(['hello']);
  });

  it('is told from when they have met, and what was not told before is read', async () => {
    const [first] = planes as [Plane];
    const second = new Plane(sql.url);
    planes.push(second);
    await second.start();
    // Each reads at its start, and when it hears the other greet: the first greets back, the second answers that.
    await until('both have read', async () => first.missed === 3 && second.missed === 2);
    await first.share();
    await second.share();
    await until('each has heard the other', async () => first.heard.length + second.heard.length === 2);
    expect([first.heard, second.heard]).toEqual([[TALK], [TALK]]);
  });
});
