import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { AppError } from '../common/app-error.js';

const HEAD_BYTES = 4096;

interface Wav {
  bytesPerSecond: number;
  /** Where the sizes stand in the file, and what they ought to say of the file as it is. */
  riffSize: number;
  dataSizeAt: number;
  declaredBytes: number;
  dataBytes: number;
}

/** Reads the length of a WAV file in ms, by the audio that is in it. @throws AppError `not-a-wav` */
export function wavDurationMs(path: string): number {
  const { dataBytes, bytesPerSecond } = withFile(path, 'r', (file) => inspect(file, path));
  return Math.round((dataBytes / bytesPerSecond) * 1000);
}

/**
 * Makes the header of a finished file tell the audio that is in it: a media server that was killed leaves sizes of 0.
 * @returns whether anything had to be mended @throws AppError `not-a-wav`
 */
export function mendWav(path: string): boolean {
  return withFile(path, 'r+', (file) => {
    const { declaredBytes, dataBytes, dataSizeAt, riffSize } = inspect(file, path);
    if (declaredBytes === dataBytes) return false;
    writeSize(file, 4, riffSize);
    writeSize(file, dataSizeAt, dataBytes);
    return true;
  });
}

function inspect(file: number, path: string): Wav {
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(file, head, 0, head.length, 0);
  const fileBytes = fstatSync(file).size;
  if (length < 44 || head.toString('latin1', 0, 4) !== 'RIFF')
    throw new AppError('not-a-wav', `${path} is no WAV file`);
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= length;) {
    const id = head.toString('latin1', at, at + 4);
    const declaredBytes = head.readUInt32LE(at + 4);
    if (id === 'fmt ') bytesPerSecond = head.readUInt32LE(at + 16);
    if (id === 'data' && bytesPerSecond > 0) {
      const there = fileBytes - at - 8;
      // 0 and more than there is are the marks of a writer that did not come to its end.
      const dataBytes = declaredBytes === 0 || declaredBytes > there ? there : declaredBytes;
      return { bytesPerSecond, riffSize: at + dataBytes, dataSizeAt: at + 4, declaredBytes, dataBytes };
    }
    at += 8 + declaredBytes + (declaredBytes % 2);
  }
  throw new AppError('not-a-wav', `${path} has no audio`);
}

function writeSize(file: number, at: number, size: number): void {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(size);
  writeSync(file, field, 0, 4, at);
}

function withFile<T>(path: string, flags: string, use: (file: number) => T): T {
  const file = openSync(path, flags);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
