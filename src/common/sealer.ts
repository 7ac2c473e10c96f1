import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from './app-error.js';
import { TypedEvents } from './typed-events.js';

export const KEY_BYTES = 32;
/** NIST SP 800-38D §8.2.2: 96 random bits per message under one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * What a data key is used for while keys are rotated. All of them open what they sealed.
 * coming: known everywhere soon, numbers are looked up by it too. sealing: the one in use. going: what it sealed is
 * being sealed anew. ending: the database takes nothing sealed with it any more. gone: it opens what was left behind in a spool, and is forgotten then.
 */
export type KeyRole = 'coming' | 'sealing' | 'going' | 'ending' | 'gone';

export interface RingKey {
  /** 1 to 255: the first byte of what it seals. */
  id: number;
  /** 32 bytes (data-key-file.ts). */
  key: Buffer;
  role: KeyRole;
}

/** A text's keyed hash, under one of the keys. */
export interface KeyedHash {
  keyId: number;
  hash: Buffer;
}

interface Derived extends RingKey {
  sealingKey: Buffer;
  lookupKey: Buffer;
}

/** Seals what must not be read from a copy of the database; the keys are not in the database. */
export class Sealer {
  /** Another key seals, or another ring opens. */
  readonly events = new TypedEvents<{ changed: Record<string, never> }>();
  private ring = new Map<number, Derived>();
  private current!: Derived;

  /** @param key of a ring of its own, until use() says which keys there are */
  constructor(key: Buffer) {
    this.use([{ id: 1, key, role: 'sealing' }]);
  }

  /** @param ring with exactly one key that seals @throws AppError data-key */
  use(ring: readonly RingKey[]): void {
    const sealing = ring.find(({ role }) => role === 'sealing');
    if (!sealing) throw new AppError('data-key', 'there is no data key to seal with');
    const before = [...this.ring.values()];
    this.ring = new Map(ring.map((one) => [one.id, derived(one)]));
    this.current = this.ring.get(sealing.id) as Derived;
    if (before.length > 0) this.events.publish('changed', {});
  }

  /** Which key seals now. */
  get sealingId(): number {
    return this.current.id;
  }

  /** The keys that can open, in no order. */
  get keys(): readonly RingKey[] {
    return [...this.ring.values()];
  }

  /**
   * AES-256-GCM: key id, IV, tag, ciphertext.
   * @param context what it belongs to (additional data): opened under another context, it does not open
   */
  seal(plain: string, context: string, keyId = this.current.id): Buffer {
    const key = this.ring.get(keyId);
    if (!key) throw new AppError('data-key', `there is no data key ${keyId}`, { httpStatus: 500 });
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.sealingKey, iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(key.id), iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws AppError sealed-with-another-key, where key, context or content are not those of seal() */
  open(sealed: Buffer, context: string): string {
    const key = this.ring.get(keyIdOf(sealed));
    const iv = sealed.subarray(1, 1 + IV_BYTES);
    const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
    try {
      if (!key) throw new Error('unknown key id');
      const decipher = createDecipheriv('aes-256-gcm', key.sealingKey, iv, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(tag);
      const text = decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new AppError(
        'sealed-with-another-key',
        'a sealed value does not open: the data key (DATA_KEY, DATA_KEY_FILE or DATA_DIR/data.key) is not the one that sealed it',
        { httpStatus: 500 },
      );
    }
  }

  /** HMAC-SHA-256, 32 bytes: equal for equal texts, and nothing to try numbers against without the key. */
  lookupHash(text: string): Buffer {
    return hashed(this.current, text);
  }

  /** By every key that what is written now must be found by: while keys are rotated there are two. */
  lookupHashes(text: string): KeyedHash[] {
    return [...this.ring.values()]
      .filter(({ role }) => role === 'coming' || role === 'sealing')
      .map((key) => ({ keyId: key.id, hash: hashed(key, text) }));
  }

  /** 32 bytes for one purpose, the same in every control plane that has the data key (HKDF, RFC 5869). */
  keyFor(purpose: string): Buffer {
    return purposeKey(this.current.key, purpose);
  }

  /** The same of all keys, that of the sealing one first: what was handed out before a rotation is still known. */
  keysFor(purpose: string): Buffer[] {
    const others = [...this.ring.values()].filter((one) => one !== this.current);
    return [this.current, ...others].map(({ key }) => purposeKey(key, purpose));
  }
}

/** The key that sealed a value. */
export const keyIdOf = (sealed: Buffer): number => sealed[0] ?? 0;

/** Tells keys apart without giving anything of them away. */
export const fingerprintOf = (key: Buffer): Buffer => purposeKey(key, 'fingerprint');

const purposeKey = (key: Buffer, purpose: string): Buffer => derive(key, `linekeeper key ${purpose}`);

const hashed = ({ lookupKey }: Derived, text: string): Buffer =>
  createHmac('sha256', lookupKey).update(text).digest();

function derived(one: RingKey): Derived {
  if (one.key.length !== KEY_BYTES)
    throw new AppError('data-key', `the data key is not ${KEY_BYTES} bytes long`);
  return {
    ...one,
    sealingKey: derive(one.key, 'linekeeper seal'),
    lookupKey: derive(one.key, 'linekeeper lookup'),
  };
}

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, KEY_BYTES));
