import { createReadStream } from 'node:fs';
import { AppError } from '../common/app-error.js';
import { wavHeader } from '../common/wav-header.js';
import { wavAudio, type WavAudio } from '../common/wav.js';

/** 16-bit PCM, the client on the left and the manager on the right. */
const CHANNELS = 2;
const BYTES_PER_FRAME = 4;

/** What the media servers recorded of one call, one file each, read as one WAV file. */
export class RecordedSound {
  private readonly segments: { path: string; audio: WavAudio; bytes: number }[];
  /** Hz */
  readonly rate: number;
  /** Of audio, without the header. */
  readonly dataBytes: number;

  /**
   * @param paths in the order in which they were recorded
   * @throws AppError `not-a-wav`, `not-a-recording` for audio of another form than ours, what the file system throws
   */
  constructor(paths: readonly string[]) {
    this.segments = paths.map((path) => {
      const audio = wavAudio(path);
      if (audio.encoding !== 1 || audio.bitsPerSample !== 16 || audio.channels !== CHANNELS) {
        throw new AppError('not-a-recording', `${path} is no stereo recording of 16 bits`);
      }
      return { path, audio, bytes: audio.dataBytes - (audio.dataBytes % BYTES_PER_FRAME) };
    });
    this.rate = this.segments[0]?.audio.rate ?? 0;
    if (this.segments.some(({ audio }) => audio.rate !== this.rate)) {
      throw new AppError('not-a-recording', `${paths.join(', ')} differ in their rate`);
    }
    this.dataBytes = this.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get durationMs(): number {
    return this.msOf(this.dataBytes);
  }

  /** Where each segment stands in the whole, in ms. */
  get places(): { offsetMs: number; durationMs: number }[] {
    let before = 0;
    return this.segments.map(({ bytes }) => {
      const place = { offsetMs: this.msOf(before), durationMs: this.msOf(bytes) };
      before += bytes;
      return place;
    });
  }

  /** The whole as a WAV file. */
  async *wav(): AsyncGenerator<Buffer> {
    yield wavHeader(CHANNELS, this.rate, this.dataBytes);
    yield* this.audio();
  }

  /** The audio alone. */
  async *audio(): AsyncGenerator<Buffer> {
    for (const { path, audio, bytes } of this.segments) {
      if (bytes === 0) continue;
      const stream = createReadStream(path, { start: audio.dataAt, end: audio.dataAt + bytes - 1 });
      for await (const part of stream) yield part as Buffer;
    }
  }

  private msOf(bytes: number): number {
    return Math.round((bytes / BYTES_PER_FRAME / this.rate) * 1000);
  }
}
