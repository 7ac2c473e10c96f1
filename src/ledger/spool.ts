import { mkdirSync, readdirSync } from 'node:fs';
import { appendFile, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import type { LedgerWrite } from './ledger-write.js';
import { countRecords, frame, SegmentReader, type SpoolRecord } from './spool-segment.js';

/** Bytes after which the next segment is begun; a segment is removed when all of it has been replayed. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENT_NAME = /^\d{12}\.spool$/;

interface Segment {
  path: string;
  /** Bytes that are on the disk for sure. */
  size: number;
  /** Open while it is written to. */
  file?: FileHandle;
}

interface Waiting {
  line: Buffer;
  done: () => void;
  fail: (error: unknown) => void;
}

/**
 * Ledger writes kept on the local disk, in order, while PostgreSQL is away: segments of newline-framed records with
 * a checksum each; writes that come together share one fsync. One process per folder.
 */
export class Spool {
  private readonly waiting: Waiting[] = [];
  private isWriting = false;
  private reader: SegmentReader | undefined;
  private readonly peeked: SpoolRecord[] = [];
  private wake: (() => void) | undefined;

  private constructor(
    private readonly folder: string,
    /** Oldest first. */
    private readonly segments: Segment[],
    private lastNumber: number,
    private records: number,
  ) {}

  /** Finds what an earlier run left. @throws AppError spool-unwritable where the folder cannot be used */
  static async open(folder: string): Promise<Spool> {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await syncFolder(join(folder, '..'));
      const names = readdirSync(folder)
        .filter((name) => SEGMENT_NAME.test(name))
        .sort();
      const segments = names.map((name) => ({ path: join(folder, name), size: Number.POSITIVE_INFINITY }));
      let records = 0;
      for (const { path } of segments) records += await countRecords(path);
      const spool = new Spool(folder, segments, parseInt(names.at(-1) ?? '0', 10), records);
      if (records === 0) await spool.removeAll();
      return spool;
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  /** Writes not yet replayed, those on their way to the disk included. */
  get depth(): number {
    return this.records;
  }

  /** Resolves when the write is on the disk. @throws AppError spool-unwritable: the write is then not kept */
  append(write: LedgerWrite): Promise<void> {
    this.records += 1;
    return new Promise((done, fail) => {
      this.waiting.push({ line: frame(write), done, fail });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      try {
        await this.writeBatch(Buffer.concat(batch.map(({ line }) => line)));
        for (const { done } of batch) done();
      } catch (error) {
        this.records -= batch.length;
        for (const { fail } of batch) fail(unwritable(this.folder, error));
      }
      this.wake?.();
    }
    this.isWriting = false;
  }

  private async writeBatch(bytes: Buffer): Promise<void> {
    const newest = this.segments.at(-1);
    const segment = newest?.file ? newest : await this.begin();
    const file = segment.file as FileHandle;
    try {
      let written = 0;
      while (written < bytes.length) {
        const rest = bytes.length - written;
        written += (await file.write(bytes, written, rest, segment.size + written)).bytesWritten;
      }
      await file.datasync();
    } catch (error) {
      // What part of it reached the disk was promised to nobody: take it back, and never write behind it.
      await file.truncate(segment.size).catch(() => undefined);
      await this.finish(segment);
      throw error;
    }
    segment.size += bytes.length;
    if (segment.size >= SEGMENT_BYTES) await this.finish(segment);
  }

  private async begin(): Promise<Segment> {
    this.lastNumber += 1;
    const path = join(this.folder, `${String(this.lastNumber).padStart(12, '0')}.spool`);
    const segment: Segment = { path, size: 0, file: await open(path, 'wx', 0o600) };
    this.segments.push(segment);
    await syncFolder(this.folder);
    return segment;
  }

  private async finish(segment: Segment): Promise<void> {
    const { file } = segment;
    delete segment.file;
    await file?.close();
  }

  /**
   * The oldest records, at least one and at most `most`, the same ones until done(); waits for one that is on its way
   * to the disk. One reader only.
   * @returns none where the spool is empty
   */
  async peek(most: number): Promise<SpoolRecord[]> {
    while (this.peeked.length < Math.min(most, this.records)) {
      const [oldest] = this.segments;
      if (oldest) {
        this.reader ??= await SegmentReader.open(oldest.path);
        const record = await this.reader.next(oldest.size);
        if (record) {
          this.peeked.push(record);
          continue;
        }
      }
      // The next record is in the next segment, which comes when this one has been replayed, or on its way.
      if (this.peeked.length > 0) break;
      if (oldest && !oldest.file) await this.remove(oldest);
      else await new Promise<void>((done) => (this.wake = done));
    }
    return this.peeked.slice(0, most);
  }

  /** The first `count` of the records that peek() gave have been replayed or set aside. */
  async done(count: number): Promise<void> {
    this.peeked.splice(0, count);
    this.records -= count;
    if (this.records === 0) await this.removeAll();
  }

  /** Keeps a record that can never be replayed in `rejected.jsonl`, for people to look at. */
  async reject(record: SpoolRecord, why: string): Promise<void> {
    const line = `${JSON.stringify({ rejectedAt: clock.iso(), why, ...record })}\n`;
    await appendFile(join(this.folder, 'rejected.jsonl'), line, { mode: 0o600, flush: true });
  }

  private async removeAll(): Promise<void> {
    for (const segment of [...this.segments]) await this.remove(segment);
  }

  private async remove(segment: Segment): Promise<void> {
    const { reader } = this;
    const at = this.segments.indexOf(segment);
    this.segments.splice(at, 1);
    if (at === 0) this.reader = undefined;
    await this.finish(segment);
    if (at === 0) await reader?.close();
    await unlink(segment.path);
  }

  /** Closes the files; what is in them stays. */
  async close(): Promise<void> {
    await this.reader?.close();
    this.reader = undefined;
    for (const segment of this.segments) await this.finish(segment);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

const unwritable = (folder: string, error: unknown): AppError =>
  new AppError('spool-unwritable', `the spool ${folder} cannot be written: ${messageOf(error)}`, {
    sipStatus: 503,
    cause: 41, // Q.850: temporary failure
    httpStatus: 503,
  });
