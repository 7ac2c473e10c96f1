import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { Person } from '../contracts/identity.js';
import type { AudioQuery, RecordingView } from '../contracts/recordings.js';
import type { ByteRange } from './byte-range.js';
import type { RecordingFile } from './recording.entity.js';
import { RecordingsQueries } from './recordings.query.js';
import { SealedFiles } from './sealed-files.js';

/** A recording's audio in one form, ready to be read. */
export interface Audio {
  view: RecordingView;
  file: RecordingFile;
  sizeBytes: number;
}

/** What there is to play of a recording, for who may know of it. */
@Injectable()
export class RecordingAudio {
  constructor(
    private readonly recordings: RecordingsQueries,
    private readonly sealed: SealedFiles,
  ) {}

  /**
   * @param form `playback` is the original where no other was made
   * @throws NotFound, AppError 404, 409, 410 that say why there is nothing to play
   */
  async find(person: Person, id: string, form: AudioQuery['form']): Promise<Audio> {
    const view = await this.recordings.get(person, id);
    if (view.state === 'recording') {
      throw new AppError('still-recording', 'the recording is complete when the call has ended', {
        httpStatus: 409,
        blame: 'caller',
      });
    }
    if (view.state === 'deleted') {
      throw new AppError('recording-deleted', 'the recording was deleted', {
        httpStatus: 410,
        blame: 'caller',
      });
    }
    const files = await this.recordings.files(person, id);
    const file = files.find((one) => one.form === form) ?? (form === 'playback' ? files[0] : undefined);
    if (!file && files.length > 0) {
      throw new AppError('original-not-kept', 'the company keeps no originals: ask for form=playback', {
        httpStatus: 404,
        blame: 'caller',
      });
    }
    if (!file || !(await this.sealed.isThere(file))) {
      throw new AppError('recording-missing', 'the recording’s file is not there', { httpStatus: 404 });
    }
    return { view, file, sizeBytes: Number(file.sizeBytes) };
  }

  read({ file }: Audio, range: ByteRange): AsyncGenerator<Buffer> {
    return this.sealed.read(file, range);
  }
}
