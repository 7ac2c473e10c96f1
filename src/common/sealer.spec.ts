import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataKey, Sealer } from './sealer.js';

describe('Sealer', () => {
  const sealer = new Sealer(Buffer.alloc(32, 7));

  it('opens what it sealed, under the same context', () => {
    const sealed = sealer.seal('+79161234567', 'client-number');
    expect(sealer.open(sealed, 'client-number')).toBe('+79161234567');
    expect(sealed.toString('latin1')).not.toContain('79161234567');
  });

  it('seals the same text differently each time', () => {
    expect(sealer.seal('a', 'x')).not.toEqual(sealer.seal('a', 'x'));
  });

  it.each<[string, (sealed: Buffer) => [Sealer, Buffer, string]]>([
    ['under another context', (sealed) => [sealer, sealed, 'other']],
    ['with another key', (sealed) => [new Sealer(Buffer.alloc(32, 8)), sealed, 'context']],
    ['when a bit was changed', (sealed) => [sealer, flipLastBit(sealed), 'context']],
    ['when it is cut short', (sealed) => [sealer, sealed.subarray(0, 9), 'context']],
    ['when it is empty', () => [sealer, Buffer.alloc(0), 'context']],
    [
      'of an unknown key id',
      (sealed) => [sealer, Buffer.concat([Buffer.of(9), sealed.subarray(1)]), 'context'],
    ],
  ])('does not open %s', (_, change) => {
    const [opener, sealed, context] = change(sealer.seal('text', 'context'));
    expect(() => opener.open(sealed, context)).toThrow(/does not open/);
  });

  it('hashes equal texts equally, and otherwise with another key', () => {
    expect(sealer.lookupHash('+79161234567')).toEqual(sealer.lookupHash('+79161234567'));
    expect(sealer.lookupHash('+79161234567')).not.toEqual(sealer.lookupHash('+79161234568'));
    expect(sealer.lookupHash('a')).not.toEqual(new Sealer(Buffer.alloc(32, 8)).lookupHash('a'));
  });

  it('refuses a key of another length', () => {
    expect(() => new Sealer(Buffer.alloc(16))).toThrow(/32 bytes/);
  });
});

describe('loadDataKey', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'linekeeper-key-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes a key once, readable by its owner alone', () => {
    const first = loadDataKey({ DATA_DIR: folder });
    expect(first).toHaveLength(32);
    expect(loadDataKey({ DATA_DIR: folder })).toEqual(first);
    expect(statSync(join(folder, 'data.key')).mode & 0o777).toBe(0o600);
  });

  it('takes DATA_KEY before the file', () => {
    const key = Buffer.alloc(32, 3);
    expect(loadDataKey({ DATA_DIR: folder, DATA_KEY: key.toString('base64') })).toEqual(key);
  });

  it('says which file is damaged', () => {
    writeFileSync(join(folder, 'data.key'), 'c2hvcnQ=');
    expect(() => loadDataKey({ DATA_DIR: folder })).toThrow(/data\.key is damaged/);
  });
});

function flipLastBit(sealed: Buffer): Buffer {
  const changed = Buffer.from(sealed);
  changed.writeUInt8((changed.at(-1) as number) ^ 1, changed.length - 1);
  return changed;
}
