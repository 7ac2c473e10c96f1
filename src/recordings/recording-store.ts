import { Inject, Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { RecordingFiles } from '../media/recording-files.js';
import { Company } from '../provisioning/entities.js';
import { OPUS, OpusEncoder } from './opus-encoder.js';
import { RawSegments } from './raw-segments.js';
import { RecordedSound } from './recorded-sound.js';
import type { Recording, RecordingFile, RecordingSegment } from './recording.entity.js';
import { SealedFiles } from './sealed-files.js';
import { SoundMeter, type Party } from './sound-meter.js';

export const WAV = 'audio/wav';

/** A recording that is sealed on disk, and not yet in the database. */
export interface Stored {
  durationMs: number;
  /** Of the WAV file, whether it is kept or not; its hash too. */
  sizeBytes: number;
  sha256: Buffer;
  silent: Party[];
  peaks: Buffer;
  files: RecordingFile[];
  segments: { segment: RecordingSegment; offsetMs: number; durationMs: number }[];
}

/** Joins what was recorded of a call, measures it and seals it: as WAV, and as Opus where that can be made. */
@Injectable()
export class RecordingStore {
  constructor(
    private readonly database: Database,
    private readonly raw: RawSegments,
    private readonly sealed: SealedFiles,
    private readonly files: RecordingFiles,
    @Inject(OpusEncoder) private readonly opus: OpusEncoder,
  ) {}

  /** @throws what RecordedSound and the file system throw: then nothing is left behind */
  async seal(recording: Recording, segments: RecordingSegment[]): Promise<Stored> {
    const sound = new RecordedSound(segments.map((segment) => this.raw.absolutePath(segment)));
    const meter = new SoundMeter(sound.dataBytes / 4, sound.rate);
    const original = await this.sealed.write(
      { ...partsOf(recording), form: 'original', contentType: WAV },
      metered(sound, meter),
    );
    const playback = await this.playback(recording, sound);
    const isKept = !playback || (await this.keepsOriginals(recording.companyId));
    if (!isKept) await this.files.remove(original.path);
    return {
      durationMs: sound.durationMs,
      sizeBytes: Number(original.sizeBytes),
      sha256: original.sha256,
      silent: meter.silent,
      peaks: meter.stretchPeaks,
      files: [...(isKept ? [original] : []), ...(playback ? [playback] : [])],
      segments: sound.places.map((place, at) => ({ segment: segments[at] as RecordingSegment, ...place })),
    };
  }

  /** Takes the files of a recording away that did not get into the database. Never throws. */
  async discard({ files }: Stored): Promise<void> {
    for (const { path } of files) {
      await this.files
        .remove(path)
        .catch((error: unknown) => log('recordings').warn({ path, error: messageOf(error) }, 'not removed'));
    }
  }

  /** @returns undefined where there is no encoder, or it fails: then the WAV is played */
  private async playback(recording: Recording, sound: RecordedSound): Promise<RecordingFile | undefined> {
    if (!this.opus.isThere) return undefined;
    try {
      const audio = this.opus.encode(sound.wav());
      return await this.sealed.write({ ...partsOf(recording), form: 'playback', contentType: OPUS }, audio);
    } catch (error) {
      log('recordings').warn({ recordingId: recording.id, error: messageOf(error) }, 'not made into Opus');
      return undefined;
    }
  }

  private keepsOriginals(companyId: string): Promise<boolean> {
    return this.database.transaction(companyId, async (tx) => {
      const company = await tx.findOneBy(Company, { id: companyId });
      return company?.keepOriginalRecordings ?? true;
    });
  }
}

const partsOf = ({ id, companyId, startedAt }: Recording) => ({ recordingId: id, companyId, startedAt });

async function* metered(sound: RecordedSound, meter: SoundMeter): AsyncGenerator<Buffer> {
  let isHeader = true;
  for await (const part of sound.wav()) {
    if (!isHeader) meter.push(part);
    isHeader = false;
    yield part;
  }
}
