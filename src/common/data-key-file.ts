import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, messageOf } from './app-error.js';
import type { Settings } from './env.js';
import { KEY_BYTES } from './sealer.js';

type KeySettings = Pick<Settings, 'DATA_KEY' | 'DATA_KEY_FILE' | 'DATA_DIR'>;

/** The data keys this process was given: of DATA_KEY, and of a file with one key a line, in base64, newest first. */
export class DataKeyFile {
  readonly path: string;

  constructor(private readonly settings: KeySettings) {
    this.path = settings.DATA_KEY_FILE ?? join(settings.DATA_DIR, 'data.key');
  }

  /**
   * DATA_KEY first; where neither it nor a file is there, a key is made in DATA_DIR/data.key (mode 0600).
   * @throws AppError data-key, with what to do
   */
  read(): Buffer[] {
    const { DATA_KEY, DATA_KEY_FILE } = this.settings;
    const given = DATA_KEY ? [Buffer.from(DATA_KEY, 'base64')] : [];
    if (existsSync(this.path)) return [...given, ...this.readFile()];
    if (given.length > 0) return given;
    if (DATA_KEY_FILE)
      throw dataKeyError(`DATA_KEY_FILE ${this.path} is not there: restore it from your backup`);
    return this.makeFirst();
  }

  /** Keeps a key before the others. Safe on the disk when it returns. @throws AppError data-key */
  add(key: Buffer): void {
    const known = existsSync(this.path) ? this.readFile() : [];
    if (!known.some((one) => one.equals(key))) this.write([key, ...known]);
  }

  /** Forgets all but these. @throws AppError data-key */
  keep(keys: readonly Buffer[]): void {
    if (!existsSync(this.path)) return;
    const known = this.readFile();
    const kept = known.filter((one) => keys.some((key) => key.equals(one)));
    if (kept.length > 0 && kept.length < known.length) this.write(kept);
  }

  private readFile(): Buffer[] {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch {
      throw dataKeyError(`${this.path} cannot be read by this user`);
    }
    const keys = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => Buffer.from(line.trim(), 'base64'));
    if (keys.length > 0 && keys.every((key) => key.length === KEY_BYTES)) return keys;
    throw dataKeyError(
      `${this.path} is damaged: restore it from your backup; without it no number can be opened`,
    );
  }

  /** Of two processes that start at once, one makes it. */
  private makeFirst(): Buffer[] {
    const key = randomBytes(KEY_BYTES);
    try {
      writeKeys(this.path, 'wx', [key]);
      return [key];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return this.readFile();
      throw unwritable(this.path, error);
    }
  }

  private write(keys: readonly Buffer[]): void {
    try {
      writeKeys(`${this.path}.new`, 'w', keys);
      renameSync(`${this.path}.new`, this.path);
      const folder = openSync(dirname(this.path), 'r');
      fsyncSync(folder);
      closeSync(folder);
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }
}

function writeKeys(path: string, flags: 'w' | 'wx', keys: readonly Buffer[]): void {
  const file = openSync(path, flags, 0o600);
  writeSync(file, keys.map((key) => `${key.toString('base64')}\n`).join(''));
  fsyncSync(file);
  closeSync(file);
}

const dataKeyError = (message: string): AppError => new AppError('data-key', message);

const unwritable = (path: string, error: unknown): AppError =>
  dataKeyError(
    `${path} cannot be written (${messageOf(error)}): the data key must be kept where this user may write`,
  );
