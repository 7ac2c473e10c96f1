import { testDatabase } from './database.js';
import { embeddedEngine } from './embedded-engine.js';
import { startEngines } from './engines.js';
import { env } from './env.js';
import { startMediaBox, type MediaBox } from './media-box.js';
import { Office } from './office.js';

/** The demo company with several media servers. */
export interface ManyMedia {
  office: Office;
  /** As the control plane names it: the one that comes with the engine. */
  first: string;
  /** The others, each a process of its own. */
  boxes: readonly MediaBox[];
  /** The media servers and the SIP server, while the control plane lives on. */
  stopServers(): Promise<void>;
  /** After the office is closed. */
  stop(): Promise<void>;
}

/** @param others how many media servers beside the first */
export async function openManyMedia(folder: string, others: number): Promise<ManyMedia> {
  const engines = env.engine === 'external' ? await startEngines(folder) : await embeddedEngine(folder);
  const database = await testDatabase();
  const boxes: MediaBox[] = [];
  for (let count = 1; count <= others; count++) boxes.push(await startMediaBox(folder, count));
  const first = engines.settings['FREESWITCH_URL'] as string;
  const office = await Office.open({
    shared: { engines, database },
    settings: {
      ...engines.settings,
      FREESWITCH_URL: [first, ...boxes.map(({ url }) => url)].join(','),
      RECORDINGS_DIR: `${folder}/recordings`,
    },
  });
  let stopping: Promise<void> | undefined;
  const stopServers = () =>
    (stopping ??= (async () => {
      await engines.stop();
      for (const box of boxes) await box.stop();
    })());
  const stop = async () => {
    await stopServers();
    await database.drop();
  };
  return { office, first: new URL(first).host, boxes, stopServers, stop };
}
