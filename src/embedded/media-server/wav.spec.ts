import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PCMA } from './g711.js';
import { decodeWav, WavLibrary } from './wav-reader.js';
import { AppError } from '../../common/app-error.js';
import { wavHeader } from '../../common/wav-header.js';
import { WavWriter } from './wav-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'linekeeper-wav-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pcm = (...samples: number[]) => Buffer.from(Int16Array.from(samples).buffer);
const wav = (channels: number, rate: number, data: Buffer) =>
  Buffer.concat([wavHeader(channels, rate, data.length), data]);

describe('reading WAV', () => {
  it('takes 8 kHz mono as it is', () => {
    expect([...decodeWav(wav(1, 8000, pcm(1, -2, 3)))]).toEqual([1, -2, 3]);
  });

  it('mixes channels down and brings any rate to 8 kHz', () => {
    expect([...decodeWav(wav(2, 8000, pcm(10, 20, -10, -30)))]).toEqual([15, -20]);
    expect([...decodeWav(wav(1, 16000, pcm(10, 20, 30, 50)))]).toEqual([15, 40]);
    expect(decodeWav(wav(1, 48000, Buffer.alloc(2 * 4800)))).toHaveLength(800);
    expect(decodeWav(wav(1, 44100, Buffer.alloc(2 * 4410)))).toHaveLength(800);
  });

  it('takes A-law', () => {
    const header = wavHeader(1, 8000, 2);
    header.writeUInt16LE(6, 20);
    header.writeUInt16LE(8, 34);
    const codes = Buffer.from([PCMA.fromLinear[1000]!, PCMA.silence]);
    expect([...decodeWav(Buffer.concat([header, codes]))]).toEqual([
      PCMA.toLinear[codes[0]!],
      PCMA.toLinear[codes[1]!],
    ]);
  });

  it('plays a file that is cut off as far as it goes', () => {
    const whole = wav(1, 8000, pcm(1, 2, 3, 4));
    expect([...decodeWav(whole.subarray(0, whole.length - 3))]).toEqual([1, 2]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('this is no sound at all')],
    ['no data', wavHeader(1, 8000, 0).subarray(0, 36)],
    ['a rate of 0', wav(1, 0, pcm(1))],
    ['no channels', wav(0, 8000, pcm(1))],
    [
      '24 bits',
      (() => {
        const header = wavHeader(1, 8000, 3);
        header.writeUInt16LE(24, 34);
        return Buffer.concat([header, Buffer.alloc(3)]);
      })(),
    ],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeWav(bytes)).toThrow(AppError);
  });

  it('reads a file anew when it has changed', async () => {
    const path = join(folder, 'a.wav');
    const library = new WavLibrary();
    writeFileSync(path, wav(1, 8000, pcm(1)));
    expect([...(await library.load(path))]).toEqual([1]);
    expect(await library.load(path)).toBe(await library.load(path));
    writeFileSync(path, wav(1, 8000, pcm(7, 8)));
    expect([...(await library.load(path))]).toEqual([7, 8]);
    await expect(library.load(folder)).rejects.toThrow();
  });
});

describe('writing WAV', () => {
  it('makes the folders and writes what it is given, in order, under a true header', async () => {
    const path = join(folder, 'deep/er/b.wav');
    const writer = await WavWriter.create(path, 1, 8000);
    for (let n = 0; n < 100; n++) writer.append(pcm(n, -n));
    await writer.close();
    const samples = decodeWav(readFileSync(path));
    expect(samples).toHaveLength(200);
    expect([samples[0], samples[198], samples[199]]).toEqual([0, 99, -99]);
    expect(readFileSync(path).readUInt32LE(4)).toBe(36 + 400);
  });

  it('does not hang where a folder cannot be made', async () => {
    await expect(WavWriter.create('/proc/nowhere/c.wav', 1, 8000)).rejects.toThrow(/ENOENT/);
  });

  it('gives up on a disk that does not keep up, and tells it once', async () => {
    const writer = await WavWriter.create(join(folder, 'd.wav'), 1, 8000);
    const errors: unknown[] = [];
    writer.onError = (error) => errors.push(error.code);
    for (let n = 0; n < 60; n++) writer.append(Buffer.alloc(100_000));
    await writer.close();
    expect(errors).toEqual(['EAGAIN']);
  });
});
