import { createCipheriv, createDecipheriv, type CipherGCM } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../common/app-error.js';
import type { ByteRange } from './byte-range.js';

/** Bytes of audio sealed together: what is read, at least, for one byte. */
export const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const IV_BYTES = 12;
const CIPHER = 'aes-256-gcm';

/**
 * Seals audio in chunks of AES-256-GCM, each with its number and whether it is the last in its nonce (STREAM: Hoang,
 * Reyhanitabar, Rogaway, Vizár 2015), so that chunks cannot be cut off, swapped or repeated, and each opens alone.
 * @param key 32 bytes, of this file alone: the nonces are counted
 */
export async function* seal(audio: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  let waiting = Buffer.alloc(0);
  let index = 0;
  for await (const part of audio) {
    waiting = Buffer.concat([waiting, part]);
    let from = 0;
    // A full chunk goes out only when more follows: the last one is marked.
    for (; waiting.length - from > CHUNK_BYTES; from += CHUNK_BYTES) {
      yield sealChunk(waiting.subarray(from, from + CHUNK_BYTES), key, index++, false);
    }
    waiting = waiting.subarray(from);
  }
  yield sealChunk(waiting, key, index, true);
}

/** How many bytes a sealed file has whose audio has `plainBytes`. */
export const sealedBytes = (plainBytes: number): number => plainBytes + TAG_BYTES * chunksOf(plainBytes);

/**
 * Opens a part of a sealed file, reading no more of it than the chunks it lies in.
 * @param plainBytes of the whole audio, as it was sealed
 * @throws AppError `recording-damaged` where the file is not what was sealed with this key
 */
export async function* unseal(
  path: string,
  key: Buffer,
  plainBytes: number,
  { first, last }: ByteRange,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const end = Math.floor(last / CHUNK_BYTES);
    for (let index = Math.floor(first / CHUNK_BYTES); index <= end; index++) {
      const start = index * CHUNK_BYTES;
      const length = Math.min(CHUNK_BYTES, plainBytes - start);
      const sealed = await read(file, index * (CHUNK_BYTES + TAG_BYTES), length + TAG_BYTES);
      const plain = openChunk(sealed, key, index, index === chunksOf(plainBytes) - 1);
      yield plain.subarray(Math.max(0, first - start), Math.min(length, last + 1 - start));
    }
  } finally {
    await file.close();
  }
}

const chunksOf = (plainBytes: number): number => Math.max(1, Math.ceil(plainBytes / CHUNK_BYTES));

function sealChunk(plain: Buffer, key: Buffer, index: number, isLast: boolean): Buffer {
  const cipher: CipherGCM = createCipheriv(CIPHER, key, nonceOf(index, isLast));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openChunk(sealed: Buffer, key: Buffer, index: number, isLast: boolean): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonceOf(index, isLast), { authTagLength: TAG_BYTES });
  try {
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new AppError('recording-damaged', 'the recording’s file was changed or is damaged', {
      httpStatus: 500,
    });
  }
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(IV_BYTES);
  nonce.writeUInt32BE(index, IV_BYTES - 5);
  nonce[IV_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}

/** @returns what is there, less than `length` at the end of a file that was cut short */
async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
