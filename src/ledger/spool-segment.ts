import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { LedgerWrite } from './ledger-write.js';

/** A record of the spool: a write, or a line whose checksum is wrong. */
export type SpoolRecord = { write: LedgerWrite } | { broken: string };

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** One line: CRC-32 in eight hex digits, a blank, JSON, newline. */
export function frame(write: LedgerWrite): Buffer {
  const json = JSON.stringify(write);
  return Buffer.from(`${checksum(json)} ${json}\n`);
}

export function unframe(line: string): SpoolRecord {
  const json = line.slice(9);
  if (line.slice(0, 8) !== checksum(json)) return { broken: line };
  return { write: JSON.parse(json) as LedgerWrite };
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** Reads a segment's records in their order. A last line without its newline was never promised: it is not read. */
export class SegmentReader {
  private buffer = Buffer.alloc(0);
  private position = 0;

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<SegmentReader> {
    return new SegmentReader(await open(path, 'r'));
  }

  /**
   * @param limit bytes of the file that may be read: what lies behind is on its way to the disk
   * @returns undefined where no whole record is left before the limit
   */
  async next(limit: number): Promise<SpoolRecord | undefined> {
    for (;;) {
      const end = this.buffer.indexOf(NEWLINE);
      if (end >= 0) {
        const line = this.buffer.toString('utf8', 0, end);
        this.buffer = this.buffer.subarray(end + 1);
        return unframe(line);
      }
      const wanted = Math.min(CHUNK_BYTES, limit - this.position);
      if (wanted <= 0) return undefined;
      const chunk = Buffer.alloc(wanted);
      const { bytesRead } = await this.file.read(chunk, 0, wanted, this.position);
      if (bytesRead === 0) return undefined;
      this.position += bytesRead;
      this.buffer = Buffer.concat([this.buffer, chunk.subarray(0, bytesRead)]);
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** How many records a segment of an earlier run holds. */
export async function countRecords(path: string): Promise<number> {
  const reader = await SegmentReader.open(path);
  try {
    let count = 0;
    while (await reader.next(Number.POSITIVE_INFINITY)) count += 1;
    return count;
  } finally {
    await reader.close();
  }
}
