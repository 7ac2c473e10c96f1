import { Injectable } from '@nestjs/common';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, messageOf } from '../common/app-error.js';
import { RecordingFiles } from '../media/recording-files.js';
import { wavAudio } from '../common/wav.js';
import type { RecordingSegment } from './recording.entity.js';

/** What became of a media server's file. */
export type SegmentState = 'there' | 'no-file' | 'no-audio';

/** The files that media servers wrote, before they are sealed. */
@Injectable()
export class RawSegments {
  constructor(private readonly files: RecordingFiles) {}

  absolutePath({ path }: RecordingSegment): string {
    return this.files.absolutePath(path);
  }

  /** What lies in the clear goes once it is sealed. @throws what the file system throws */
  async remove(segments: readonly RecordingSegment[]): Promise<void> {
    for (const { path } of segments) await this.files.remove(path);
  }

  /**
   * @throws AppError `storage-away` where the folder itself is not to be had: a disk that is not mounted, a server
   *   that does not answer. The file may well be there
   */
  async stateOf(segment: RecordingSegment): Promise<SegmentState> {
    const path = this.absolutePath(segment);
    try {
      await stat(path);
      return wavAudio(path).dataBytes > 0 ? 'there' : 'no-audio';
    } catch (error) {
      if (error instanceof AppError) return 'no-audio';
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && (await isFolder(dirname(path)))) {
        return 'no-file';
      }
      throw new AppError('storage-away', `the recordings’ folder is not to be had: ${messageOf(error)}`);
    }
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
