import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/common/ids.js';
import { Outbox } from '../../src/jobs/outbox.js';
import { RecordingLedger } from '../../src/recordings/recording.ledger.js';
import { openLedger, write, type TestLedger } from '../support/ledger.js';

describe('the recordings of a call', () => {
  let folder: string;
  let test: TestLedger;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-recording-'));
    test = await openLedger(folder);
    new RecordingLedger(test.ledger, new Outbox(test.database));
  });
  afterAll(async () => {
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['before', null],
    ['after', new Date()],
  ])('a segment that begins %s the end of its call is closed and checked', async (_, endedAt) => {
    const companyId = await test.company();
    const [callId, recordingId] = [newId(), newId()];
    await test.sql.query(
      `INSERT INTO call (id, company_id, direction, caller_kind, started_at, ended_at) VALUES ($1, $2, 'inbound', 'number', now(), $3)`,
      [callId, companyId, endedAt],
    );
    const data = { recordingId, recordingPath: `${recordingId}.wav`, live: {} };
    await test.ledger.write(write(companyId, { kind: 'call.rejoined', callId, data }));
    if (!endedAt) await test.ledger.write(write(companyId, { kind: 'call.ended', callId }));
    const [recording] = await test.sql.query<{ ended_at: Date | null }>(
      'SELECT ended_at FROM recording WHERE id = $1',
      [recordingId],
    );
    expect(recording!.ended_at).not.toBeNull();
    const jobs = await test.sql.query('SELECT kind FROM outbox_job WHERE payload = $1', [{ recordingId }]);
    expect(jobs).toEqual([{ kind: 'recording.check' }]);
  });
});
