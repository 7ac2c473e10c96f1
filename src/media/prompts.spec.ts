import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Prompts } from './prompts.js';

/** One second of 8 kHz mono silence, with a LIST chunk before the audio as editors write them. */
function wav(samples = 8000): Buffer {
  const list = Buffer.from('LIST\x04\0\0\0INFO', 'latin1');
  const head = Buffer.alloc(36);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + list.length + samples * 2, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  const data = Buffer.alloc(8);
  data.write('data', 0, 'latin1');
  data.writeUInt32LE(samples * 2, 4);
  return Buffer.concat([head, list, data, Buffer.alloc(samples * 2)]);
}

describe('prompts', () => {
  const root = mkdtempSync(join(tmpdir(), 'linekeeper-prompts-'));
  mkdirSync(join(root, 'en'));
  writeFileSync(join(root, 'en', 'greeting.wav'), wav());
  afterAll(() => rmSync(root, { recursive: true }));

  it('are found by name and language, with their length', () => {
    const prompt = new Prompts(root).get('greeting', 'en');
    expect(prompt).toMatchObject({ name: 'greeting', durationMs: 1000 });
  });

  it('are not there in a language nobody recorded', () => {
    expect(new Prompts(root).get('greeting', 'ru')).toBeUndefined();
  });
});
