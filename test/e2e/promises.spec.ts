import pg from 'pg';
import { Office, TONES } from '../support/office.js';
import { until } from '../support/until.js';

describe('the promises', () => {
  let office: Office;

  beforeAll(async () => {
    office = await Office.open({ settings: { LEDGER_PATIENCE_MS: '8000' } });
  }, 90_000);
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  it('nothing rings unwritten: while the ledger can not be written, no phone rings and the caller hears nothing', async () => {
    const desk = await office.manager('101');
    const before = (await office.system.calls()).length;
    const lock = new pg.Client({ connectionString: office.system.database!.url });
    await lock.connect();
    await lock.query('BEGIN; LOCK TABLE ledger_head IN ACCESS EXCLUSIVE MODE');
    const call = await office.call('+79161234531');
    await until('the write waits for the lock', async () => {
      const { rows } = await lock.query<{ waiting: number }>(
        "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      return rows[0]!.waiting > 0;
    });
    expect(desk.rung).toBe(0);
    expect(call.provisionals.filter(({ status }) => status > 100)).toEqual([]);
    await lock.query('COMMIT');
    await lock.end();

    const ringing = await desk.incoming();
    await call.ringing;
    const manager = await ringing.answer(TONES['101']);
    await (await call.answered).hangUp();
    await manager.ended;
    await office.system.endedCalls(before + 1);
  });

  it('nothing rings unwritten: the phone’s INVITE is younger than the ledger’s entry', async () => {
    const desk = await office.manager('101');
    const before = (await office.system.calls()).length;
    const call = await office.call('+79161234532');
    const ringing = await desk.incoming();
    const [written] = await office.system.sql<{ written: number }>(
      "SELECT count(*)::int AS written FROM call JOIN ledger_entry ON call_id = call.id WHERE kind = 'call.received' AND ended_at IS NULL",
    );
    expect(written!.written).toBe(1);
    call.cancel();
    await ringing.cancelled;
    await office.system.endedCalls(before + 1);
  });

  it('a missed call has an owner’s duty in the very transaction of its end', async () => {
    const before = (await office.system.calls()).length;
    await (await office.call('+79161234533')).status();
    const call = await office.lastCall(before + 1);
    const [rows] = await office.system.sql<{ same: boolean }>(
      `SELECT f.xmin = c.xmin AS same FROM follow_up f JOIN call c ON c.id = f.first_call_id WHERE c.id = $1`,
      [call.id],
    );
    expect(rows).toEqual({ same: true });
  });

  it('the record can be proved: entries are gapless, and neither changed nor removed by anyone', async () => {
    const seqs = await office.system.sql<{ company_id: string; first: number; last: number; count: number }>(
      'SELECT company_id, min(seq)::int AS first, max(seq)::int AS last, count(*)::int FROM ledger_entry GROUP BY company_id',
    );
    for (const { first, last, count } of seqs) expect([first, last]).toEqual([0, count - 1]);
    for (const change of [
      "UPDATE ledger_entry SET actor = 'nobody'",
      'DELETE FROM ledger_entry',
      'TRUNCATE ledger_entry',
      'SET ROLE linekeeper_app; DELETE FROM ledger_entry',
    ]) {
      const client = new pg.Client({ connectionString: office.system.database!.url });
      await client.connect();
      await expect(client.query(change)).rejects.toThrow(/insert-only|permission denied/);
      await client.end();
    }
  });

  it('playing a recording is an entry of the ledger, and so is seeing it refused', async () => {
    const desk = await office.manager('101');
    const before = (await office.system.calls()).length;
    const call = await office.call('+79161234534');
    const manager = await (await desk.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await caller.audio.listen(500);
    await caller.hangUp();
    await manager.ended;
    const row = await office.lastCall(before + 1);
    await until('the recording is there', async () =>
      (await office.system.ledger(row.id)).some(({ kind }) => kind === 'recording.stored'),
    );
    const played = async () =>
      (await office.system.ledger()).filter(({ kind }) => kind === 'recording.played').length;
    const known = await played();
    const path = `/recordings/${row.recordingId}/audio`;
    expect((await office.system.api('GET', path, undefined, { as: null })).status).toBe(401);
    expect(await played()).toBe(known);
    expect((await office.system.api('GET', path)).status).toBe(200);
    expect(await played()).toBe(known + 1);
  });
});
