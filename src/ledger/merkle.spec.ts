import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  append,
  consistencyProof,
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  rootOf,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.js';

const leavesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, n) => leafHash(Buffer.from(`entry ${n}`)));

/** MTH(D[n]) word for word after RFC 9162 §2.1.1, slow and independent. */
function naive(entries: Buffer[]): Buffer {
  const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (entries.length === 0) return sha();
  if (entries.length === 1) return sha(Buffer.of(0), entries[0] as Buffer);
  const split = 2 ** Math.floor(Math.log2(entries.length - 1));
  return sha(Buffer.of(1), naive(entries.slice(0, split)), naive(entries.slice(split)));
}

const size = fc.integer({ min: 1, max: 130 });

describe('the Merkle tree', () => {
  it('has the root of RFC 9162 after every append', () => {
    let tree = EMPTY_FRONTIER;
    const entries: Buffer[] = [];
    expect(rootOf(tree)).toEqual(naive([]));
    for (let n = 0; n < 200; n += 1) {
      entries.push(Buffer.from(`entry ${n}`));
      tree = append(tree, leafHash(entries[n] as Buffer));
      expect(rootOf(tree)).toEqual(naive(entries));
      expect(tree.size).toBe(n + 1);
    }
  });

  it('keeps no more subtrees than its size has binary ones', () => {
    const tree = leavesOf(1000).reduce(append, EMPTY_FRONTIER);
    expect(tree.roots).toHaveLength((1000).toString(2).replaceAll('0', '').length);
  });

  it('matches the test vectors of the Certificate Transparency project', () => {
    // Entries and roots of google/certificate-transparency's merkle tree test, sizes 1, 2, 3 and 8.
    const entries = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const leaves = entries.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    const roots = [1, 2, 3, 8].map((count) => treeHash(leaves.slice(0, count)).toString('hex'));
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
    expect(EMPTY_ROOT.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('proves every entry, and no other', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), (count, some, other) => {
        const leaves = leavesOf(count);
        const index = some % count;
        const proof = inclusionProof(leaves, index);
        const root = treeHash(leaves);
        expect(verifyInclusion(leaves[index] as Buffer, index, count, proof, root)).toBe(true);
        if (other % count !== index) {
          expect(verifyInclusion(leaves[other % count] as Buffer, index, count, proof, root)).toBe(false);
          expect(verifyInclusion(leaves[index] as Buffer, other % count, count, proof, root)).toBe(false);
        }
        expect(verifyInclusion(leaves[index] as Buffer, index, count, [...proof, root], root)).toBe(false);
      }),
    );
  });

  it('proves that a smaller tree is its beginning, and no other', () => {
    fc.assert(
      fc.property(size, fc.nat(), (count, some) => {
        const leaves = leavesOf(count);
        const oldSize = (some % count) + 1;
        const older = { size: oldSize, root: treeHash(leaves.slice(0, oldSize)) };
        const newer = { size: count, root: treeHash(leaves) };
        const proof = consistencyProof(leaves, oldSize);
        expect(verifyConsistency(older, newer, proof)).toBe(true);
        const forged = { size: oldSize, root: leafHash(Buffer.from('forged')) };
        expect(verifyConsistency(forged, newer, proof)).toBe(false);
        expect(verifyConsistency(older, { size: count, root: forged.root }, proof)).toBe(false);
      }),
    );
  });

  it.each([-1, 3, 1.5, Number.NaN])('has no proof for entry %p of 3', (index) => {
    expect(verifyInclusion(leafHash(Buffer.of(1)), index, 3, [], EMPTY_ROOT)).toBe(false);
  });

  it('says so where an entry or an older tree is asked for that it does not hold', () => {
    expect(() => inclusionProof(leavesOf(3), 3)).toThrow(RangeError);
    expect(() => consistencyProof(leavesOf(3), 4)).toThrow(RangeError);
    expect(() => consistencyProof(leavesOf(3), 0)).toThrow(RangeError);
  });
});
