import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where recordings lie: names are made of ids and dates, never of numbers. */
export class RecordingFiles {
  private lastFolder = '';

  /** @param root absolute; the media server sees the same folder */
  constructor(private readonly root: string) {}

  /** The path below the root of a recording begun at `at`. */
  relativePath(companyId: string, recordingId: string, at: Date): string {
    const [date = ''] = at.toISOString().split('T');
    return join(companyId, date, `${recordingId}.wav`);
  }

  absolutePath(relative: string): string {
    return join(this.root, relative);
  }

  /** Makes the folder of a recording about to begin. @returns its absolute path */
  async prepare(relative: string): Promise<string> {
    const path = this.absolutePath(relative);
    const folder = dirname(path);
    if (folder !== this.lastFolder) {
      await mkdir(folder, { recursive: true });
      this.lastFolder = folder;
    }
    return path;
  }
}
