import { createHash } from 'node:crypto';

/** Merkle tree hashes, inclusion and consistency proofs after RFC 9162 §2.1, with SHA-256. Pure. */

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** The root of the empty tree. */
export const EMPTY_ROOT: Buffer = sha256();

export const leafHash = (entry: Uint8Array): Buffer => sha256(LEAF, entry);

const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/** A tree as far as appending needs it: the roots of its complete subtrees, largest first. */
export interface Frontier {
  size: number;
  roots: Buffer[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] };

/** The frontier with one more leaf: as many merges as `size` ends in binary ones. */
export function append({ size, roots }: Frontier, leaf: Buffer): Frontier {
  const merged = [...roots];
  let node = leaf;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    node = nodeHash(merged.pop() as Buffer, node);
  }
  merged.push(node);
  return { size: size + 1, roots: merged };
}

/** The Merkle tree hash: the complete subtrees joined from the smallest up. */
export function rootOf({ roots }: Frontier): Buffer {
  return roots.length === 0 ? EMPTY_ROOT : roots.reduceRight((right, left) => nodeHash(left, right));
}

/** MTH(D[n]) from all leaf hashes. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  const split = splitOf(leaves.length);
  return nodeHash(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** RFC 9162 §2.1.3.1: the path from a leaf to the root. @throws RangeError where there is no such leaf */
export function inclusionProof(leaves: readonly Buffer[], index: number): Buffer[] {
  if (!(index >= 0 && index < leaves.length)) throw new RangeError(`no leaf ${index} of ${leaves.length}`);
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...inclusionProof(leaves.slice(0, split), index), treeHash(leaves.slice(split))]
    : [...inclusionProof(leaves.slice(split), index - split), treeHash(leaves.slice(0, split))];
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: Buffer[],
  root: Buffer,
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && hash.equals(root);
}

/** RFC 9162 §2.1.4.1: that the tree of the first `oldSize` leaves is a prefix of this one. */
export function consistencyProof(leaves: readonly Buffer[], oldSize: number): Buffer[] {
  if (!(oldSize > 0 && oldSize <= leaves.length)) {
    throw new RangeError(`no tree of ${oldSize} in one of ${leaves.length}`);
  }
  return subProof(leaves, oldSize, true);
}

function subProof(leaves: readonly Buffer[], oldSize: number, isWhole: boolean): Buffer[] {
  if (oldSize === leaves.length) return isWhole ? [] : [treeHash(leaves)];
  const split = splitOf(leaves.length);
  return oldSize <= split
    ? [...subProof(leaves.slice(0, split), oldSize, isWhole), treeHash(leaves.slice(split))]
    : [...subProof(leaves.slice(split), oldSize - split, false), treeHash(leaves.slice(0, split))];
}

export interface SizedRoot {
  size: number;
  root: Buffer;
}

/** RFC 9162 §2.1.4.2. */
export function verifyConsistency(older: SizedRoot, newer: SizedRoot, proof: Buffer[]): boolean {
  if (older.size <= 0 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  const [first, ...rest] = path;
  if (!first) return false;
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [oldRoot, newRoot] = [first, first];
  for (const node of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      oldRoot = nodeHash(node, oldRoot);
      newRoot = nodeHash(node, newRoot);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newRoot = nodeHash(newRoot, node);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && oldRoot.equals(older.root) && newRoot.equals(newer.root);
}

// Arithmetic, not shifts: a log may have more than 2^31 entries.
const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

/** The largest power of two below n (n > 1). */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

function isPowerOfTwo(n: number): boolean {
  while (!isOdd(n)) n = half(n);
  return n === 1;
}
