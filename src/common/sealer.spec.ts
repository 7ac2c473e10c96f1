import { keyIdOf, Sealer } from './sealer.js';

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

describe('Sealer, while keys are rotated', () => {
  const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const between = new Sealer(first);
  between.use([
    { id: 1, key: first, role: 'going' },
    { id: 2, key: second, role: 'sealing' },
  ]);

  it('opens what either key sealed, and seals with the one', () => {
    const before = new Sealer(first).seal('text', 'context');
    expect(between.open(before, 'context')).toBe('text');
    expect(keyIdOf(between.seal('text', 'context'))).toBe(2);
    expect(between.open(between.seal('text', 'context', 1), 'context')).toBe('text');
  });

  it('looks up by a key that comes, too, and by one that goes no more', () => {
    const coming = new Sealer(first);
    coming.use([
      { id: 1, key: first, role: 'sealing' },
      { id: 2, key: second, role: 'coming' },
    ]);
    expect(coming.lookupHashes('x').map(({ keyId }) => keyId)).toEqual([1, 2]);
    expect(between.lookupHashes('x')).toEqual([{ keyId: 2, hash: between.lookupHash('x') }]);
    expect(coming.lookupHashes('x')[1]).toEqual(between.lookupHashes('x')[0]);
  });

  it('has the keys of a purpose, those of the sealing one first', () => {
    expect(between.keysFor('contacts')).toEqual(
      [second, first].map((key) => new Sealer(key).keyFor('contacts')),
    );
  });

  it('is of no use without a key that seals', () => {
    expect(() => between.use([{ id: 1, key: first, role: 'gone' }])).toThrow(/no data key to seal with/);
  });
});

function flipLastBit(sealed: Buffer): Buffer {
  const changed = Buffer.from(sealed);
  changed.writeUInt8((changed.at(-1) as number) ^ 1, changed.length - 1);
  return changed;
}
