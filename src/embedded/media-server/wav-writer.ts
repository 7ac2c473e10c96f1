import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WAV_HEADER_BYTES, wavHeader } from '../../common/wav-header.js';

/** Bytes that may wait for a slow disk; beyond, the recording gives up rather than the memory. */
const MOST_WAITING = 4_000_000;

export class DiskTooSlowError extends Error {
  readonly code = 'EAGAIN';
}

/**
 * As `mkdir -p`. Node's own recursive mkdir never comes back where a file system answers ENOENT to every mkdir
 * (/proc does).
 */
async function makeFolder(path: string): Promise<void> {
  const code = await mkdir(path).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code !== 'ENOENT' || dirname(path) === path) return; // what else is wrong, open() will say
  await makeFolder(dirname(path));
  await mkdir(path).catch(() => undefined);
}

/**
 * Writes a WAV file in the background, in order, one batch at a time. After each batch the sizes in the header are
 * set, so that a file whose writer was killed can be played up to its last batch.
 */
export class WavWriter {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private busy = false;
  private failed = false;
  /** Bytes of samples on disk. */
  dataBytes = 0;

  /** Told once, when the disk refuses (ENOSPC, EIO …); nothing is written after it. */
  onError: (error: NodeJS.ErrnoException) => void = () => undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly channels: number,
    private readonly rate: number,
  ) {}

  /** Makes the folder where it is missing, and the file anew. @throws what the file system says */
  static async create(path: string, channels: number, rate: number): Promise<WavWriter> {
    await makeFolder(dirname(path));
    const file = await open(path, 'w');
    const writer = new WavWriter(file, channels, rate);
    try {
      await file.write(wavHeader(channels, rate, 0), 0, WAV_HEADER_BYTES, 0);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    return writer;
  }

  /** Hands samples over; returns at once. */
  append(samples: Buffer): void {
    if (this.failed || samples.length === 0) return;
    this.waiting.push(samples);
    this.waitingBytes += samples.length;
    if (this.waitingBytes > MOST_WAITING) {
      this.fail(new DiskTooSlowError('the disk does not keep up'));
      return;
    }
    if (!this.busy) this.writing = this.drain();
  }

  /** Writes what waits and closes the file; never throws. */
  async close(): Promise<void> {
    await this.writing;
    await this.file.close().catch(() => undefined);
  }

  private async drain(): Promise<void> {
    this.busy = true;
    try {
      while (this.waiting.length > 0 && !this.failed) {
        const batch = this.waiting.length === 1 ? this.waiting[0]! : Buffer.concat(this.waiting);
        this.waiting = [];
        this.waitingBytes = 0;
        await this.writeAll(batch);
        await this.file.write(wavHeader(this.channels, this.rate, this.dataBytes), 0, WAV_HEADER_BYTES, 0);
      }
    } catch (error) {
      this.fail(error as NodeJS.ErrnoException);
    }
    this.busy = false;
  }

  private async writeAll(batch: Buffer): Promise<void> {
    for (let done = 0; done < batch.length;) {
      const at = WAV_HEADER_BYTES + this.dataBytes;
      const { bytesWritten } = await this.file.write(batch, done, batch.length - done, at);
      done += bytesWritten;
      this.dataBytes += bytesWritten;
    }
  }

  private fail(error: NodeJS.ErrnoException): void {
    if (this.failed) return;
    this.failed = true;
    this.waiting = [];
    this.onError(error);
  }
}
