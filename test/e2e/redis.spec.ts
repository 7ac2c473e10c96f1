import { Office, recordingOf, TONES } from '../support/office.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';
import { until } from '../support/until.js';

describeWith(['redis-server'], 'with Redis as the dispatcher of jobs', () => {
  let redis: TestRedis;
  let office: Office;

  beforeAll(async () => {
    redis = await startRedis();
    office = await Office.open({ settings: { REDIS_URL: redis.url } });
  }, 90_000);
  afterAll(async () => {
    await office?.close();
    await redis.stop();
  });

  async function conversation(client: string): Promise<void> {
    const desk = await office.manager('101');
    const call = await office.call(client);
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await caller.audio.listen(300);
    await caller.hangUp();
    await manager.ended;
  }

  it('the recording of a call is checked by a job', async () => {
    await conversation('+79161234591');
    const [call] = await office.system.endedCalls(1);
    expect(await recordingOf(office.system, call!)).not.toHaveLength(0);
  });

  it('Redis killed -9 and back, empty: no call suffers, no job is lost, none is done twice', async () => {
    const port = Number(new URL(redis.url).port);
    await redis.kill9();
    await conversation('+79161234592');
    const [, call] = await office.system.endedCalls(2);
    expect(call).toMatchObject({ outcome: 'answered' });
    redis = await startRedis(port);
    await until(
      'the job is done',
      async () => (await office.system.ledger(call!.id)).some(({ kind }) => kind === 'recording.stored'),
      60_000,
    );
    const stored = (await office.system.ledger(call!.id)).filter(({ kind }) => kind === 'recording.stored');
    expect(stored).toHaveLength(1);
    await office.system.assertNothingLeft();
  }, 90_000);
});
