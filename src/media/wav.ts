import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../common/app-error.js';

const HEAD_BYTES = 4096;

/** The audio in a WAV file as it is, whatever its header says of sizes. */
export interface WavAudio {
  /** 1: PCM. */
  encoding: number;
  channels: number;
  /** Hz */
  rate: number;
  bitsPerSample: number;
  bytesPerSecond: number;
  /** Where the audio begins, and how many bytes of it there are. */
  dataAt: number;
  dataBytes: number;
}

/** @throws AppError `not-a-wav` */
export function wavAudio(path: string): WavAudio {
  const file = openSync(path, 'r');
  try {
    return inspect(file, path);
  } finally {
    closeSync(file);
  }
}

/** Reads the length of a WAV file in ms, by the audio that is in it. @throws AppError `not-a-wav` */
export function wavDurationMs(path: string): number {
  const { dataBytes, bytesPerSecond } = wavAudio(path);
  return Math.round((dataBytes / bytesPerSecond) * 1000);
}

function inspect(file: number, path: string): WavAudio {
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(file, head, 0, head.length, 0);
  const fileBytes = fstatSync(file).size;
  if (length < 44 || head.toString('latin1', 0, 4) !== 'RIFF')
    throw new AppError('not-a-wav', `${path} is no WAV file`);
  let format: Omit<WavAudio, 'dataAt' | 'dataBytes'> | undefined;
  for (let at = 12; at + 8 <= length;) {
    const id = head.toString('latin1', at, at + 4);
    const declaredBytes = head.readUInt32LE(at + 4);
    if (id === 'fmt ' && at + 24 <= length) {
      format = {
        encoding: head.readUInt16LE(at + 8),
        channels: head.readUInt16LE(at + 10),
        rate: head.readUInt32LE(at + 12),
        bytesPerSecond: head.readUInt32LE(at + 16),
        bitsPerSample: head.readUInt16LE(at + 22),
      };
    }
    if (id === 'data' && format && format.bytesPerSecond > 0) {
      const there = fileBytes - at - 8;
      // 0 and more than there is are the marks of a writer that did not come to its end.
      const dataBytes = declaredBytes === 0 || declaredBytes > there ? there : declaredBytes;
      return { ...format, dataAt: at + 8, dataBytes };
    }
    at += 8 + declaredBytes + (declaredBytes % 2);
  }
  throw new AppError('not-a-wav', `${path} has no audio`);
}
