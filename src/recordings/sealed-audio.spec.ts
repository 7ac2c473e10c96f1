import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHUNK_BYTES, seal, sealedBytes, unseal } from './sealed-audio.js';

const key = randomBytes(32);

describe('a sealed file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'linekeeper-sealed-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const collect = async (parts: AsyncIterable<Buffer>): Promise<Buffer> => {
    const all: Buffer[] = [];
    for await (const part of parts) all.push(part);
    return Buffer.concat(all);
  };
  async function* inParts(audio: Buffer, size = 10_007): AsyncGenerator<Buffer> {
    for (let at = 0; at < audio.length; at += size) yield audio.subarray(at, at + size);
  }
  const sealed = async (audio: Buffer): Promise<string> => {
    const path = join(folder, 'sealed');
    writeFileSync(path, await collect(seal(inParts(audio), key)));
    return path;
  };

  it.each([1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 17])(
    'of %i bytes gives any range of them back, and shows none',
    async (size) => {
      const audio = randomBytes(size);
      const path = await sealed(audio);
      expect(readFileSync(path).length).toBe(sealedBytes(size));
      const cuts = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, size - 1];
      for (const first of cuts.filter((at) => at < size)) {
        for (const last of cuts.filter((at) => at >= first && at < size)) {
          const part = await collect(unseal(path, key, size, { first, last }));
          expect(audio.subarray(first, last + 1).equals(part)).toBe(true);
        }
      }
      if (size > 64) expect(readFileSync(path).includes(audio.subarray(0, 64))).toBe(false);
    },
  );

  const size = 2 * CHUNK_BYTES + 100;
  const stride = CHUNK_BYTES + 16;
  it.each<[string, (file: Buffer) => Buffer]>([
    ['a changed byte', (file) => (file.writeUInt8(file.readUInt8(5) ^ 1, 5), file)],
    ['its end cut off', (file) => file.subarray(0, -1)],
    ['its last chunk cut off', (file) => file.subarray(0, 2 * stride)],
    [
      'two chunks swapped',
      (file) =>
        Buffer.concat([
          file.subarray(stride, 2 * stride),
          file.subarray(0, stride),
          file.subarray(2 * stride),
        ]),
    ],
  ])('with %s does not open', async (_, harm) => {
    const path = await sealed(randomBytes(size));
    writeFileSync(path, harm(readFileSync(path)));
    await expect(collect(unseal(path, key, size, { first: 0, last: size - 1 }))).rejects.toMatchObject({
      code: 'recording-damaged',
    });
  });

  it('claimed to be shorter than it is does not open at its new end', async () => {
    const path = await sealed(randomBytes(size));
    await expect(
      collect(unseal(path, key, CHUNK_BYTES, { first: 0, last: CHUNK_BYTES - 1 })),
    ).rejects.toMatchObject({ code: 'recording-damaged' });
  });

  it('does not open with another key', async () => {
    const path = await sealed(randomBytes(100));
    await expect(collect(unseal(path, randomBytes(32), 100, { first: 0, last: 99 }))).rejects.toMatchObject({
      code: 'recording-damaged',
    });
  });
});
