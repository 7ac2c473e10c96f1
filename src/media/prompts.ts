import { closeSync, existsSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../common/app-error.js';

const LANGUAGES = ['ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Prompt {
  name: string;
  /** Absolute, on the media server's disk. */
  path: string;
  durationMs: number;
}

/** Reads the length of a PCM WAV file from its header, in ms. @throws AppError when it is none */
export function wavDurationMs(path: string): number {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    const length = readSync(file, head, 0, head.length, 0);
    if (length < 44 || head.toString('latin1', 0, 4) !== 'RIFF') {
      throw new AppError('not-a-wav', `${path} is no WAV file`);
    }
    let at = 12;
    let bytesPerSecond = 0;
    while (at + 8 <= length) {
      const id = head.toString('latin1', at, at + 4);
      const size = head.readUInt32LE(at + 4);
      if (id === 'fmt ') bytesPerSecond = head.readUInt32LE(at + 16);
      if (id === 'data' && bytesPerSecond > 0) return Math.round((size / bytesPerSecond) * 1000);
      at += 8 + size + (size % 2);
    }
    throw new AppError('not-a-wav', `${path} has no audio`);
  } finally {
    closeSync(file);
  }
}

/** The spoken prompts, by language and name: the WAV files of freeswitch/prompts. */
export class Prompts {
  private readonly prompts = new Map<string, Prompt>();

  /** @param root has a folder for each language; the media server sees the same files */
  constructor(root: string) {
    for (const language of LANGUAGES) {
      const folder = join(root, language);
      for (const file of existsSync(folder) ? readdirSync(folder) : []) {
        if (!file.endsWith('.wav')) continue;
        const path = join(folder, file);
        const name = file.slice(0, -'.wav'.length);
        this.prompts.set(`${language}/${name}`, { name, path, durationMs: wavDurationMs(path) });
      }
    }
  }

  /** @returns undefined where there is no such prompt: the step is then silent */
  get(name: string, language: Language): Prompt | undefined {
    return this.prompts.get(`${language}/${name}`);
  }
}
