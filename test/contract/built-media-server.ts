import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as MediaServerModule from '../../src/embedded/media-server/index.js';

const BUILT = join(import.meta.dirname, '../../dist/embedded/media-server/index.js');

/** The media server as it was built: its WebRTC thread is a file of its own, which the source does not have. */
export async function builtMediaServer(): Promise<(typeof MediaServerModule)['startMediaServer']> {
  const { startMediaServer } = (await import(pathToFileURL(BUILT).href)) as typeof MediaServerModule;
  return startMediaServer;
}
