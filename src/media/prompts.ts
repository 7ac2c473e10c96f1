import { closeSync, existsSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../common/app-error.js';

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

/** The spoken prompts of one language, by name: the WAV files of freeswitch/prompts. */
export class Prompts {
  private readonly byName = new Map<string, Prompt>();

  constructor(folder: string, language: string) {
    const spoken = join(folder, language);
    for (const file of existsSync(spoken) ? readdirSync(spoken) : []) {
      if (!file.endsWith('.wav')) continue;
      const path = join(spoken, file);
      const name = file.slice(0, -'.wav'.length);
      this.byName.set(name, { name, path, durationMs: wavDurationMs(path) });
    }
  }

  /** @returns undefined where the company has no such prompt: the step is then silent */
  get(name: string): Prompt | undefined {
    return this.byName.get(name);
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }
}
