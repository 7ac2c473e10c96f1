import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { well, wrong, note, type Finding } from './finding.js';

/** The folder itself where it is there, else the nearest above it that is. */
export function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** A folder that Linekeeper writes to; nothing is written to find that out. */
export function checkWritable(what: string, folder: string): Finding {
  const there = nearest(folder);
  if (!statSync(there).isDirectory()) return wrong(what, `${there} is no folder: choose another`);
  try {
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return wrong(what, `${folder} cannot be written: choose a folder this user may write to`);
  }
  return there === folder
    ? well(what, `${folder} can be written`)
    : note(what, `${folder} is not there yet: the first start makes it`);
}

export function checkPrompts(folder: string): Finding {
  try {
    const sounds = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.wav'));
    return sounds.length > 0
      ? well('PROMPTS_DIR', `${sounds.length} prompts`)
      : wrong('PROMPTS_DIR', `${folder} holds no .wav file: point it to freeswitch/prompts`);
  } catch {
    return wrong('PROMPTS_DIR', `${folder} cannot be read: point it to freeswitch/prompts`);
  }
}
