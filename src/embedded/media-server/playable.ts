import { isAbsolute, join } from 'node:path';
import { SilenceSource, SampleSource, type AudioSource } from './audio-source.js';
import type { Services } from './channel.js';
import { ToneSource } from './tone-stream.js';

/**
 * Opens what playback is told to play: `tone_stream://…`, `silence_stream://<ms>`, or a WAV file (relative: below the
 * prompts folder).
 * @throws where there is nothing to play
 */
export async function openSource(services: Services, path: string): Promise<AudioSource> {
  if (path.startsWith('tone_stream://')) return new ToneSource(path.slice('tone_stream://'.length));
  const silence = /^silence_stream:\/\/(-?\d+)/.exec(path);
  if (silence) return new SilenceSource(Number(silence[1]));
  const file = isAbsolute(path) ? path : join(services.promptsDir, path);
  return new SampleSource(await services.wavs.load(file));
}

/** FreeSWITCH's header Playback-File-Type, which only streams have. */
export function fileTypeOf(path: string): [string, string][] {
  const scheme = /^(\w+):\/\//.exec(path)?.[1];
  return scheme === undefined ? [] : [['Playback-File-Type', scheme]];
}
