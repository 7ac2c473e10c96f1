import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../common/app-error.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Sealer } from '../common/sealer.js';
import { RecordingFiles } from '../media/recording-files.js';
import type { ByteRange } from './byte-range.js';
import type { Form, RecordingFile } from './recording.entity.js';
import { seal, sealedBytes, unseal } from './sealed-audio.js';

const KEY_BYTES = 32;

/** What is to be sealed. */
export interface NewSealedFile {
  companyId: string;
  recordingId: string;
  startedAt: Date;
  form: Form;
  contentType: string;
}

/** Recordings at rest: each file sealed with a key of its own, which the database keeps, itself sealed. */
@Injectable()
export class SealedFiles {
  constructor(
    private readonly files: RecordingFiles,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Writes a sealed file. It is on disk when this resolves; where it rejects, nothing is left of it.
   * @returns the row that is to go to the database, for without it the file is lost
   * @throws what the file system throws, ENOSPC for a full disk
   */
  async write(
    { companyId, recordingId, startedAt, form, contentType }: NewSealedFile,
    audio: AsyncIterable<Buffer>,
  ): Promise<RecordingFile> {
    const id = newId();
    const key = randomBytes(KEY_BYTES);
    const path = this.files.sealedPath(companyId, id, startedAt);
    const absolute = await this.files.prepare(path);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    async function* measured(): AsyncGenerator<Buffer> {
      for await (const part of audio) {
        hash.update(part);
        sizeBytes += part.length;
        yield part;
      }
    }
    try {
      const sink = createWriteStream(absolute, { flags: 'wx', mode: 0o600, flush: true });
      await pipeline(seal(measured(), key), sink);
    } catch (error) {
      await rm(absolute, { force: true }).catch(() => undefined); // the storage may be away altogether
      throw error;
    }
    return {
      id,
      companyId,
      recordingId,
      form,
      path,
      contentType,
      sizeBytes: String(sizeBytes),
      sha256: hash.digest(),
      keySealed: this.sealer.seal(key.toString('base64'), recordingKeyContext(id)),
    };
  }

  /** Takes a file away whose row did not get into the database. Never throws. */
  async discard({ path }: RecordingFile): Promise<void> {
    await this.files
      .remove(path)
      .catch((error: unknown) => log('recordings').warn({ path, error: messageOf(error) }, 'not removed'));
  }

  /** Whether the file is there, as long as it ought to be. */
  async isThere({ path, sizeBytes }: RecordingFile): Promise<boolean> {
    return stat(this.files.absolutePath(path)).then(
      (found) => found.isFile() && found.size === sealedBytes(Number(sizeBytes)),
      () => false,
    );
  }

  /** A part of the audio. @throws AppError `recording-damaged`, what the file system throws */
  read({ id, path, sizeBytes, keySealed }: RecordingFile, range: ByteRange): AsyncGenerator<Buffer> {
    const key = Buffer.from(this.sealer.open(keySealed, recordingKeyContext(id)), 'base64');
    return unseal(this.files.absolutePath(path), key, Number(sizeBytes), range);
  }
}

/** What a file's sealed key is bound to. */
export const recordingKeyContext = (id: string): string => `recording-file:${id}`;
