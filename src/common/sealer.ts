import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from './app-error.js';
import type { Settings } from './env.js';

/** Which key sealed it: the first byte, so that keys can be rotated later. */
const KEY_ID = 1;
const KEY_BYTES = 32;
/** NIST SP 800-38D §8.2.2: 96 random bits per message under one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what must not be read from a copy of the database; the key is not in the database. */
export class Sealer {
  private readonly sealingKey: Buffer;
  private readonly lookupKey: Buffer;

  /** @param key 32 bytes (loadDataKey) */
  constructor(private readonly key: Buffer) {
    if (key.length !== KEY_BYTES)
      throw new AppError('data-key', `the data key is not ${KEY_BYTES} bytes long`);
    this.sealingKey = derive(key, 'linekeeper seal');
    this.lookupKey = derive(key, 'linekeeper lookup');
  }

  /**
   * AES-256-GCM: key id, IV, tag, ciphertext.
   * @param context what it belongs to (additional data): opened under another context, it does not open
   */
  seal(plain: string, context: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey, iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(KEY_ID), iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws AppError sealed-with-another-key, where key, context or content are not those of seal() */
  open(sealed: Buffer, context: string): string {
    const iv = sealed.subarray(1, 1 + IV_BYTES);
    const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
    try {
      if (sealed[0] !== KEY_ID) throw new Error('unknown key id');
      const decipher = createDecipheriv('aes-256-gcm', this.sealingKey, iv, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(tag);
      const text = decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new AppError(
        'sealed-with-another-key',
        'a sealed value does not open: the data key (DATA_KEY or DATA_DIR/data.key) is not the one that sealed it',
        { httpStatus: 500 },
      );
    }
  }

  /** HMAC-SHA-256, 32 bytes: equal for equal texts, and nothing to try numbers against without the key. */
  lookupHash(text: string): Buffer {
    return createHmac('sha256', this.lookupKey).update(text).digest();
  }

  /** 32 bytes for one purpose, the same in every control plane that has the data key (HKDF, RFC 5869). */
  keyFor(purpose: string): Buffer {
    return derive(this.key, `linekeeper key ${purpose}`);
  }
}

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, KEY_BYTES));

/**
 * The key of DATA_KEY, or of DATA_DIR/data.key, which is made once (mode 0600).
 * @throws AppError data-key, with what to do
 */
export function loadDataKey(settings: Pick<Settings, 'DATA_KEY' | 'DATA_DIR'>): Buffer {
  if (settings.DATA_KEY) return Buffer.from(settings.DATA_KEY, 'base64');
  const path = join(settings.DATA_DIR, 'data.key');
  const made = makeOnce(path);
  const key = made ?? Buffer.from(readKeyFile(path).trim(), 'base64');
  if (key.length !== KEY_BYTES) {
    throw new AppError(
      'data-key',
      `${path} is damaged: restore it from your backup; without it no number can be opened`,
    );
  }
  return key;
}

/** @returns undefined where there is a key file already */
function makeOnce(path: string): Buffer | undefined {
  const key = randomBytes(KEY_BYTES);
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${key.toString('base64')}\n`);
    fsyncSync(file);
    closeSync(file);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw new AppError('data-key', `${path} cannot be written: choose a DATA_DIR this user may write to`);
  }
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new AppError('data-key', `${path} cannot be read by this user`);
  }
}
