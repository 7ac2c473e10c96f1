import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../common/ids.js';
import type { LedgerWrite } from './ledger-write.js';
import { Spool } from './spool.js';

const write = (n: number, size = 10): LedgerWrite => ({
  id: newId(),
  companyId: newId(),
  kind: 'call.received',
  at: '2026-01-02T03:04:05.678Z',
  actor: 'system',
  data: { n, filling: 'ж'.repeat(size) },
});

describe('the spool', () => {
  let folder: string;
  let spool: Spool;
  const files = () => readdirSync(folder).filter((name) => name.endsWith('.spool'));
  const drain = async (from: Spool): Promise<number[]> => {
    const seen: number[] = [];
    for (let records = await from.peek(7); records.length > 0; records = await from.peek(7)) {
      for (const record of records) if ('write' in record) seen.push(record.write.data['n'] as number);
      await from.done(records.length);
    }
    return seen;
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-spool-'));
    spool = await Spool.open(folder);
  });
  afterEach(async () => {
    await spool.close();
    rmSync(folder, { recursive: true });
  });

  it('gives back in order what came at once, and leaves nothing on the disk', async () => {
    await Promise.all(numbers(500).map((n) => spool.append(write(n))));
    expect(spool.depth).toBe(500);
    expect(await drain(spool)).toEqual(numbers(500));
    expect(spool.depth).toBe(0);
    expect(files()).toEqual([]);
  });

  it('is read while it is written to', async () => {
    const writing = Promise.all(numbers(200).map((n) => spool.append(write(n))));
    expect(await drain(spool)).toEqual(numbers(200));
    await writing;
    await spool.append(write(7));
    expect(await drain(spool)).toEqual([7]);
  });

  it('has on the disk what was promised, for the next start, readable by its owner alone', async () => {
    await Promise.all(numbers(20).map((n) => spool.append(write(n))));
    expect(statSync(join(folder, files()[0] as string)).mode & 0o777).toBe(0o600);
    const next = await Spool.open(folder); // the first was never closed: its process was killed
    expect(next.depth).toBe(20);
    await next.append(write(20));
    expect(await drain(next)).toEqual(numbers(21));
    await next.close();
  });

  it('ignores a torn last record, which was promised to nobody', async () => {
    await Promise.all(numbers(3).map((n) => spool.append(write(n))));
    const file = join(folder, files()[0] as string);
    const whole = readFileSync(file);
    for (const cut of [1, 5, 40]) {
      writeFileSync(file, whole.subarray(0, whole.length - cut));
      const next = await Spool.open(folder);
      expect(next.depth).toBe(2);
      await next.close();
    }
  });

  it('shows a record in the middle whose bytes have changed as broken, and goes on', async () => {
    await Promise.all(numbers(3).map((n) => spool.append(write(n))));
    const file = join(folder, files()[0] as string);
    const bytes = readFileSync(file);
    const second = bytes.indexOf('\n') + 60;
    bytes.writeUInt8(bytes.readUInt8(second) ^ 1, second);
    writeFileSync(file, bytes);
    const next = await Spool.open(folder);
    expect(next.depth).toBe(3);
    const records = [];
    for (const record of await next.peek(10))
      records.push('broken' in record ? 'broken' : record.write.data['n']);
    await next.done(records.length);
    expect(records).toEqual([0, 'broken', 2]);
    await next.close();
  });

  it('begins a new segment when one is full, and removes each when it has been replayed', async () => {
    const large = 600_000; // two bytes each
    for (const n of numbers(14)) await spool.append(write(n, large));
    expect(files()).toHaveLength(2);
    for (let n = 0; n < 7; n += 1) {
      expect(await spool.peek(1)).toHaveLength(1);
      await spool.done(1);
    }
    await spool.peek(1);
    expect(files()).toHaveLength(1);
    expect(await drain(spool)).toEqual([7, 8, 9, 10, 11, 12, 13]);
  });

  it('shows the same records again until they are done', async () => {
    await Promise.all(numbers(5).map((n) => spool.append(write(n))));
    const first = await spool.peek(3);
    expect(await spool.peek(3)).toEqual(first);
    await spool.done(2);
    expect(await drain(spool)).toEqual([2, 3, 4]);
  });

  it('keeps aside what can never be replayed', async () => {
    await spool.append(write(1));
    const [record] = await spool.peek(1);
    await spool.reject(record as never, 'the reason');
    await spool.done(1);
    const [line] = readFileSync(join(folder, 'rejected.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(line as string)).toMatchObject({ why: 'the reason', write: { data: { n: 1 } } });
  });

  it('says which folder cannot be written', async () => {
    const file = join(folder, 'a-file');
    appendFileSync(file, '');
    await expect(Spool.open(join(file, 'spool'))).rejects.toMatchObject({ code: 'spool-unwritable' });
  });
});
