import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('nobody sees the other’s number', () => {
  const CANARY = '+79167654321';
  const DIGITS = /7654321/;
  let office: Office;

  beforeAll(async () => {
    office = await Office.open({ settings: { LOG_LEVEL: 'trace' } });
    await office.changeGroup({ ringTimeoutS: 1 });
  }, 90_000);
  afterAll(() => office?.close());

  it('the client’s number is in nothing that a manager’s phone or account can receive', async () => {
    const { system } = office;
    const desks = await office.allManagers();
    const [first, , third] = desks;
    // Answered, with hold, and everything a carrier may write the number into.
    const call = await office.call(CANARY, {
      displayName: CANARY,
      headers: {
        'P-Asserted-Identity': `"${CANARY}" <sip:${CANARY}@carrier.example>`,
        'Remote-Party-ID': `<sip:${CANARY}@carrier.example>;party=calling`,
        'P-Preferred-Identity': `<sip:${CANARY}@carrier.example>`,
        Diversion: `<sip:${CANARY}@carrier.example>`,
        Subject: CANARY,
        'User-to-User': CANARY,
      },
    });
    const manager = await (await first.incoming()).answer(TONES['101']);
    const caller = await call.answered;
    await manager.hold();
    await manager.resume();
    await caller.audio.listen(300);
    await caller.hangUp();
    await manager.ended;
    // Missed, and abandoned.
    third.onIncoming(() => undefined);
    await (await office.call(CANARY)).status();
    const abandoned = await office.call(CANARY);
    await abandoned.ringing;
    abandoned.cancel();
    await abandoned.status();
    // Refused: unknown number, no codec.
    await (await office.carrier.dial('+74950000197', { from: CANARY })).status();
    await (await office.call(CANARY, { sdp: 'v=0\r\nm=audio 9 RTP/AVP 4\r\n' })).status();
    const calls = await system.endedCalls(4);
    await until('the recording is stored', async () =>
      (await system.ledger(calls[0]!.id)).some(({ kind }) => kind === 'recording.stored'),
    );

    const surfaces: Record<string, string> = {
      'log output': system.output,
      'file names': readdirSync(system.dataDir, { recursive: true }).join('\n'),
    };
    desks.forEach((desk, index) => (surfaces[`phone ${index + 1}`] = desk.received.join('\n')));
    for (const name of readdirSync(system.dataDir, { recursive: true }).map(String)) {
      if (/spool/.test(name) && /\.\w+$/.test(name)) {
        surfaces[name] = readFileSync(join(system.dataDir, name), 'latin1');
      }
    }
    const tables = await system.sql<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    for (const { table_name } of tables) {
      const rows = await system.sql(`SELECT t::text AS row FROM "${table_name}" t`);
      surfaces[`table ${table_name}`] = rows.map(({ row }) => String(row)).join('\n');
    }
    await system.signIn('manager', 'manager1@example.com', 'manager1-demo');
    for (const path of [
      '/me',
      '/calls',
      '/clients',
      '/follow-ups',
      '/recordings',
      `/calls/${calls[0]!.id}`,
    ]) {
      const { status, headers, body } = await system.api('GET', path, undefined, { as: 'manager' });
      expect(status).toBe(200);
      surfaces[`REST ${path}`] = JSON.stringify([...headers.entries()]) + JSON.stringify(body);
    }
    const audio = await system.api<Buffer>('GET', `/recordings/${calls[0]!.recordingId}/audio`, undefined, {
      as: 'manager',
    });
    surfaces['recording'] = JSON.stringify([...audio.headers.entries()]) + audio.body.toString('latin1');

    const leaking = Object.entries(surfaces).filter(([, text]) => DIGITS.test(text));
    expect(
      leaking.map(([name, text]) => [name, text.slice(Math.max(0, text.search(DIGITS) - 150)).slice(0, 300)]),
    ).toEqual([]);
    // The caller's side sees no extension either.
    const carrier = office.carrier.received.join('\n');
    expect(carrier).not.toMatch(/sip:10[123]@|secret10/);
  });
});
