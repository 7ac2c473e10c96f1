import { Injectable } from '@nestjs/common';
import { RawSegments } from './raw-segments.js';
import { RecordedSound } from './recorded-sound.js';
import type { Recording, RecordingFile, RecordingSegment } from './recording.entity.js';
import { SealedFiles } from './sealed-files.js';
import { SoundMeter, type Party } from './sound-meter.js';

export const WAV = 'audio/wav';

/** A recording that is sealed on disk, and not yet in the database. */
export interface Stored {
  durationMs: number;
  /** Of the WAV file, however long it is kept; its hash too. */
  sizeBytes: number;
  sha256: Buffer;
  silent: Party[];
  peaks: Buffer;
  file: RecordingFile;
  segments: { segment: RecordingSegment; offsetMs: number; durationMs: number }[];
}

/** Joins what was recorded of a call, measures it and seals it. */
@Injectable()
export class RecordingStore {
  constructor(
    private readonly raw: RawSegments,
    private readonly sealed: SealedFiles,
  ) {}

  /** @throws what RecordedSound and the file system throw: then nothing is left behind */
  async seal(
    { id, companyId, startedAt }: Recording,
    segments: readonly RecordingSegment[],
  ): Promise<Stored> {
    const sound = new RecordedSound(segments.map((segment) => this.raw.absolutePath(segment)));
    const meter = new SoundMeter(sound.dataBytes / 4, sound.rate);
    const file = await this.sealed.write(
      { recordingId: id, companyId, startedAt, form: 'original', contentType: WAV },
      metered(sound, meter),
    );
    return {
      durationMs: sound.durationMs,
      sizeBytes: Number(file.sizeBytes),
      sha256: file.sha256,
      silent: meter.silent,
      peaks: meter.stretchPeaks,
      file,
      segments: sound.places.map((place, at) => ({ segment: segments[at] as RecordingSegment, ...place })),
    };
  }
}

async function* metered(sound: RecordedSound, meter: SoundMeter): AsyncGenerator<Buffer> {
  let isHeader = true;
  for await (const part of sound.wav()) {
    if (!isHeader) meter.push(part);
    isHeader = false;
    yield part;
  }
}
