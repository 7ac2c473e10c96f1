import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wavDurationMs } from './wav.js';

const LANGUAGES = ['ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Prompt {
  name: string;
  /** Absolute, on the media server's disk. */
  path: string;
  durationMs: number;
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
