import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Phone } from '../../src/simulate/phone.js';
import { COMPANY_NUMBER, TONES } from '../support/office.js';
import type { System } from '../support/system.js';
import { startTwoPlanes, type TwoPlanes } from '../support/two-planes.js';
import { until } from '../support/until.js';

const COMMAND = resolve(import.meta.dirname, '../../dist/rotate-key/main.js');

describe('the data key, rotated while two control planes run', () => {
  let both: TwoPlanes;
  let planes: [System, System];
  let carrier: Phone;
  let desk: Phone;

  beforeAll(async () => {
    both = await startTwoPlanes();
    planes = both.planes;
    carrier = await both.phone('carrier');
    desk = await both.phone('101', 'secret101');
    await deskIsKnown();
  }, 120_000);
  afterAll(() => both?.close());

  /** Registered, and every plane that runs has heard of it: a call may come to any of them. */
  const deskIsKnown = async (): Promise<void> => {
    expect((await desk.register()).status).toBe(200);
    for (const plane of planes.filter(({ running }) => running)) {
      await until(
        'the plane knows the phone',
        async () => (await plane.metric('linekeeper_sip_devices')) === 1,
      );
    }
  };

  /** A call that its caller gives up when the desk rings. */
  const callAndGiveUp = async (caller: string): Promise<void> => {
    const ringing = desk.incoming();
    const call = await carrier.dial(COMPANY_NUMBER, { from: caller });
    await call.ringing;
    call.cancel();
    await (
      await ringing
    ).cancelled;
    await call.status();
  };

  const clients = () =>
    planes[0].sql<{ code: string; calls: number; key: number }>(
      `SELECT code, get_byte(number_sealed, 0) AS key,
         (SELECT count(*)::int FROM call WHERE client_id = client.id) AS calls
       FROM client ORDER BY created_at, id`,
    );

  it('is taken over by both without a restart; calls go on, and every client stays who he is', async () => {
    await callAndGiveUp('+79161230001');
    // A conversation that lives through all of it.
    const ringing = desk.incoming();
    const talking = await carrier.dial(COMPANY_NUMBER, { from: '+79161230002', toneHz: TONES.caller });
    const manager = await (await ringing).answer(TONES['101']);
    const caller = await talking.answered;

    const command = spawn(process.execPath, [COMMAND], { env: planes[0].settings });
    let said = '';
    command.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    command.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(command, 'close') as Promise<[number]>;
    let calls = 0;
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!isOver || calls < 4) {
      await callAndGiveUp(`+7916123000${calls % 2 === 0 ? 1 : 3}`);
      calls += 1;
    }
    expect([(await ended)[0], said]).toEqual([0, expect.stringMatching(/values sealed anew with key 2/)]);
    expect(said).toContain('DATA_KEY has the old key');

    await caller.hangUp();
    await manager.ended;
    await until('all calls are ended', async () => {
      const [row] = await planes[0].sql<{ ended: number }>(
        'SELECT count(ended_at)::int AS ended FROM call HAVING bool_and(ended_at IS NOT NULL)',
      );
      return row?.ended === calls + 2;
    });
    expect(await clients()).toEqual([
      { code: expect.any(String), calls: 1 + Math.ceil(calls / 2), key: 2 },
      { code: expect.any(String), calls: 1, key: 2 },
      { code: expect.any(String), calls: Math.floor(calls / 2), key: 2 },
    ]);
    // Both have kept the new key, and forget the old one.
    const files = () => planes.map(({ dataDir }) => readFileSync(join(dataDir, 'data.key'), 'utf8'));
    await until('each key file has the new key alone', () => files().every((text) => /^\S+\n$/.test(text)));
    expect(new Set(files()).size).toBe(1);
    expect(files()[0]).not.toContain(planes[0].settings['DATA_KEY'] as string);
    expect(await planes[0].sql(`SELECT payload FROM ledger_entry WHERE kind = 'data-key.rotated'`)).toEqual([
      { payload: { keyId: 2, replacedKeyId: 1 } },
    ]);
  });

  it('is found at the next start too, where DATA_KEY still has the old one', async () => {
    const [first, second] = planes;
    const before = await clients();
    await second.terminate();
    await first.restart();
    await deskIsKnown();
    await callAndGiveUp('+79161230001');
    await until(
      'the call is in the database',
      async () => (await clients())[0]!.calls === before[0]!.calls + 1,
    );
    expect(await clients()).toHaveLength(3);
  });
});
