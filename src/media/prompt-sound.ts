import { wavHeader } from '../common/wav-header.js';
import { messageOf } from '../common/app-error.js';
import { InputError } from '../http/problem.js';
import { resample } from './resample.js';
import { readWav, type WavAudio } from '../common/wav.js';

/** What telephones play: 8 kHz, mono, 16 bit. */
const RATE = 8_000;
const SHORTEST_MS = 200;
export const LONGEST_MS = 120_000;
/** Two minutes of 48 kHz in stereo, and a header. */
export const LARGEST_UPLOAD = 24 * 1024 * 1024;
const HIGHEST_RATE = 192_000;
/** Of full scale: nobody would hear less. */
const SILENT = 0.002;

/** How samples of each encoding and size are read, from -1 to 1. */
const READERS: Readonly<Record<string, (sound: Buffer, at: number) => number>> = {
  '1/8': (sound, at) => (sound.readUInt8(at) - 128) / 128,
  '1/16': (sound, at) => sound.readInt16LE(at) / 0x8000,
  '1/24': (sound, at) => sound.readIntLE(at, 3) / 0x800000,
  '1/32': (sound, at) => sound.readInt32LE(at) / 0x80000000,
  '3/32': (sound, at) => sound.readFloatLE(at),
};

export interface PromptSound {
  /** A whole WAV file: 8 kHz, mono, 16 bit. */
  wav: Buffer;
  durationMs: number;
}

/**
 * Makes a prompt of a WAV file of any rate from 8 kHz on, mono or with more channels, PCM or float.
 * @throws InputError that says what is wrong with the file
 */
export async function promptSound(file: Buffer): Promise<PromptSound> {
  const audio = inspect(file);
  const read = READERS[`${audio.encoding}/${audio.bitsPerSample}`];
  if (!read) refuse('is of an encoding that is not read here: save it as WAV with 16-bit PCM');
  if (audio.rate < RATE || audio.rate > HIGHEST_RATE)
    refuse(`has ${audio.rate} samples a second: 8000 to ${HIGHEST_RATE} are read`);
  if (audio.channels < 1 || audio.channels > 8) refuse(`has ${audio.channels} channels: save it as mono`);
  const frameBytes = (audio.channels * audio.bitsPerSample) / 8;
  const frames = Math.floor(audio.dataBytes / frameBytes);
  const durationMs = Math.round((frames / audio.rate) * 1000);
  if (durationMs < SHORTEST_MS) refuse('is shorter than 0.2 s: nobody would hear it');
  if (durationMs > LONGEST_MS) refuse(`lasts ${Math.round(durationMs / 1000)} s: 120 s at most`);
  const mono = Float32Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let channel = 0; channel < audio.channels; channel++)
      sum += read(file, audio.dataAt + frame * frameBytes + (channel * audio.bitsPerSample) / 8);
    return sum / audio.channels;
  });
  if (!mono.some((sample) => Math.abs(sample) > SILENT)) refuse('is silent: record it again');
  return { wav: wavOf(await resample(mono, audio.rate, RATE)), durationMs };
}

function inspect(file: Buffer): WavAudio {
  try {
    return readWav(file, file.length, 'the file');
  } catch (error) {
    refuse(`${messageOf(error).replace(/^the file /, '')}: save it as WAV with 16-bit PCM`);
  }
}

function refuse(message: string): never {
  throw new InputError([{ field: 'sound', message }]);
}

function wavOf(samples: Float32Array): Buffer {
  const data = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, at) =>
    data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff), at * 2),
  );
  return Buffer.concat([wavHeader(1, RATE, data.length), data]);
}
