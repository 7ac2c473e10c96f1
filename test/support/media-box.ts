import { join } from 'node:path';
import { embeddedEngine } from './embedded-engine.js';
import { end, startFreeswitch } from './engines.js';
import { env } from './env.js';

/** A media server beside the first one. */
export interface MediaBox {
  /** esl://:password@127.0.0.1:port */
  url: string;
  /** As the product names it: host:port of its ESL. */
  name: string;
  pid: number;
  stop(): Promise<void>;
}

/** @param folder of all boxes; recordings lie in its `recordings` */
export async function startMediaBox(folder: string, count: number): Promise<MediaBox> {
  if (env.engine === 'external') {
    const { freeswitchBin } = env.external;
    if (!freeswitchBin) throw new Error('a second media server needs FREESWITCH_BIN');
    const { child, url } = await startFreeswitch(freeswitchBin, join(folder, `media-${count}`), 60);
    return { url, name: new URL(url).host, pid: child.pid ?? 0, stop: () => end(child) };
  }
  const { settings, pid, stop } = await embeddedEngine(folder);
  const url = settings['FREESWITCH_URL'] as string;
  return { url, name: new URL(url).host, pid, stop };
}
