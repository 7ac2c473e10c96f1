import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promptLanguages, type PromptLanguage } from '../contracts/prompts.js';
import { wavDurationMs } from '../common/wav.js';

export type Language = PromptLanguage;

export interface Prompt {
  name: string;
  /** Absolute, on the media server's disk. */
  path: string;
  durationMs: number;
}

/** A prompt that a company has uploaded. */
export interface OwnPrompt extends Prompt {
  id: string;
  companyId: string;
  language: Language;
}

/** The spoken prompts, by language and name: the WAV files of freeswitch/prompts, and the companies' own. */
export class Prompts {
  private readonly prompts = new Map<string, Prompt>();
  private own: ReadonlyMap<string, OwnPrompt> = new Map();

  /** @param root has a folder for each language; the media server sees the same files */
  constructor(root: string) {
    for (const language of promptLanguages) {
      const folder = join(root, language);
      for (const file of existsSync(folder) ? readdirSync(folder) : []) {
        if (!file.endsWith('.wav')) continue;
        const path = join(folder, file);
        const name = file.slice(0, -'.wav'.length);
        this.prompts.set(`${language}/${name}`, { name, path, durationMs: wavDurationMs(path) });
      }
    }
  }

  /** Takes over what the companies have now. */
  useOwn(own: readonly OwnPrompt[]): void {
    this.own = new Map(own.map((prompt) => [keyOf(prompt.companyId, prompt.language, prompt.name), prompt]));
  }

  /**
   * The company's own in this language; the product's; the company's own in another language.
   * @returns undefined where there is no such prompt: the step is then silent
   */
  get(name: string, language: Language, companyId?: string): Prompt | undefined {
    const own = (spoken: Language) => companyId && this.own.get(keyOf(companyId, spoken, name));
    const others = promptLanguages.filter((other) => other !== language);
    return (
      own(language) ||
      this.prompts.get(`${language}/${name}`) ||
      others.map(own).find((prompt) => prompt !== undefined) ||
      undefined
    );
  }

  /** Everything that a company's callers may be told, the company's own first. */
  of(companyId: string): (Prompt & { language: Language; own: boolean })[] {
    const own = [...this.own.values()].filter((prompt) => prompt.companyId === companyId);
    const replaced = new Set(own.map(({ language, name }) => `${language}/${name}`));
    const others = [...this.prompts].filter(([key]) => !replaced.has(key));
    return [
      ...own.map((prompt) => ({ ...prompt, own: true })),
      ...others.map(([key, prompt]) => ({ ...prompt, language: key.slice(0, 2) as Language, own: false })),
    ];
  }
}

const keyOf = (companyId: string, language: Language, name: string) => `${companyId}/${language}/${name}`;
