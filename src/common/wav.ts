import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from './app-error.js';

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
  return readWav(head.subarray(0, length), fstatSync(file).size, path);
}

/**
 * @param head the file's beginning, up to its audio at least
 * @param name of the file, for the error
 * @throws AppError `not-a-wav`
 */
export function readWav(head: Buffer, fileBytes: number, name: string): WavAudio {
  const { length } = head;
  if (length < 44 || head.toString('latin1', 0, 4) !== 'RIFF')
    throw new AppError('not-a-wav', `${name} is no WAV file`);
  let format: Omit<WavAudio, 'dataAt' | 'dataBytes'> | undefined;
  for (let at = 12; at + 8 <= length;) {
    const id = head.toString('latin1', at, at + 4);
    const declaredBytes = head.readUInt32LE(at + 4);
    if (id === 'fmt ' && at + 24 <= length) {
      format = {
        encoding: encodingAt(head, at + 8, declaredBytes),
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
  throw new AppError('not-a-wav', `${name} has no audio`);
}

/** WAVE_FORMAT_EXTENSIBLE: what it really is stands in the first two bytes of its subformat. */
const EXTENSIBLE = 0xfffe;

function encodingAt(head: Buffer, at: number, declaredBytes: number): number {
  const encoding = head.readUInt16LE(at);
  return encoding === EXTENSIBLE && declaredBytes >= 26 && at + 26 <= head.length
    ? head.readUInt16LE(at + 24)
    : encoding;
}
