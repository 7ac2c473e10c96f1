import type { Channel } from './channel.js';
import { fileTypeOf, openSource } from './playable.js';

export type PlaybackResult = 'FILE PLAYED' | 'FILE NOT FOUND' | 'PLAYBACK ERROR';

/**
 * Plays once, telling PLAYBACK_START and PLAYBACK_STOP.
 * @param ended told when it is through or cannot be played; not when it is stopped
 * @returns a function that stops it
 */
export function startPlayback(
  channel: Channel,
  path: string,
  ended: (result: PlaybackResult) => void,
): (status: 'break' | 'done') => void {
  let over = false;
  let remove: (() => void) | undefined;
  let startedAt = 0;
  const headers = (): [string, string][] => [...fileTypeOf(path), ['Playback-File-Path', path]];
  const stop = (status: 'break' | 'done') => {
    if (over) return;
    over = true;
    remove?.();
    if (!remove) return;
    const ms = Math.round(performance.now() - startedAt);
    channel.variables.set('playback_ms', String(ms));
    channel.variables.set('playback_samples', String(ms * 8));
    channel.publish('PLAYBACK_STOP', [...headers(), ['Playback-Status', status]]);
  };
  openSource(channel.services, path).then(
    (source) => {
      if (over) return;
      startedAt = performance.now();
      remove = channel.media.play(source, () => {
        stop('done');
        ended('FILE PLAYED');
      });
      channel.publish('PLAYBACK_START', headers());
    },
    () => {
      if (over) return;
      over = true;
      ended('FILE NOT FOUND');
    },
  );
  return stop;
}
