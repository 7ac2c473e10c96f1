import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavDurationMs } from './wav.js';

const folder = mkdtempSync(join(tmpdir(), 'linekeeper-wav-'));
const path = join(folder, 'one.wav');
afterAll(() => rmSync(folder, { recursive: true }));

/** Silence, 8 kHz, 16 bit, with a LIST chunk before the audio as editors write them. */
function write(samples: number, declared = samples * 2, channels = 1): void {
  const list = Buffer.from('LIST\x04\0\0\0INFO', 'latin1');
  const head = Buffer.alloc(36);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(declared === 0 ? 0 : 36 + list.length + declared, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000 * channels, 28);
  head.writeUInt16LE(2 * channels, 32);
  head.writeUInt16LE(16, 34);
  const data = Buffer.alloc(8);
  data.write('data', 0, 'latin1');
  data.writeUInt32LE(declared, 4);
  writeFileSync(path, Buffer.concat([head, list, data, Buffer.alloc(samples * 2 * channels)]));
}

describe('a WAV file', () => {
  it('tells its length', () => {
    write(8000);
    expect(wavDurationMs(path)).toBe(1000);
  });

  it('tells the length of the audio that is in it where a killed writer left sizes of 0', () => {
    write(12_000, 0);
    expect(wavDurationMs(path)).toBe(1500);
  });

  it('cut short tells what is left', () => {
    write(4000, 16_000);
    expect(wavDurationMs(path)).toBe(500);
  });

  it('must be one', () => {
    writeFileSync(path, 'no audio here, only text that is longer than a header would be');
    expect(() => wavDurationMs(path)).toThrow('is no WAV file');
  });
});
