import { mkdir, unlink } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { AppError } from '../common/app-error.js';

/** Where recordings lie: names are made of ids and dates, never of numbers. */
export class RecordingFiles {
  readonly root: string;

  /** @param root absolute; the media server sees the same folder */
  constructor(root: string) {
    this.root = normalize(root);
  }

  /** The path below the root of what a media server records of a call from `at` on: one more after its loss. */
  segmentPath(companyId: string, callId: string, at: Date): string {
    return this.relative(companyId, at, `${callId}.${at.getTime()}.wav`);
  }

  /** The path below the root of a sealed file. */
  sealedPath(companyId: string, fileId: string, at: Date): string {
    return this.relative(companyId, at, `${fileId}.sealed`);
  }

  private relative(companyId: string, at: Date, name: string): string {
    const [date = ''] = at.toISOString().split('T');
    return join(companyId, date, name);
  }

  /** @throws AppError `not-a-recording-path` for one that leads out of the root */
  absolutePath(relative: string): string {
    const path = join(this.root, relative);
    if (!path.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep)) {
      throw new AppError('not-a-recording-path', 'the path leads out of the recordings’ folder');
    }
    return path;
  }

  /** Makes the folder of a recording about to begin. @returns its absolute path */
  async prepare(relative: string): Promise<string> {
    const path = this.absolutePath(relative);
    await mkdir(dirname(path), { recursive: true }); // each time: the storage may be another one meanwhile
    return path;
  }

  /** Removes a file; one that is gone already is no mistake. */
  async remove(relative: string): Promise<void> {
    await unlink(this.absolutePath(relative)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
