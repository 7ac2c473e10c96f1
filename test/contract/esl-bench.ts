import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startMediaServer,
  type MediaServerSettings,
  type RunningMediaServer,
} from '../../src/embedded/media-server/index.js';
import { freeUdpRange } from '../support/free-ports.js';
import { until } from '../support/until.js';
import { EslClient } from './esl-client.js';
import { Party, type PartyOptions } from './esl-party.js';

export const PASSWORD = 'of-this-test';

/** A media server, an ESL client that hears every event, and parties; all gone after close(). */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'linekeeper-media-'));
  private readonly parties: Party[] = [];

  private constructor(
    readonly server: RunningMediaServer,
    readonly esl: EslClient,
  ) {}

  /** @param start of the media server: from the source, or from what was built */
  static async open(settings: Partial<MediaServerSettings> = {}, start = startMediaServer): Promise<Bench> {
    const first = await freeUdpRange(40);
    const server = await start({
      sipPort: 0,
      eslPort: 0,
      eslPassword: PASSWORD,
      rtpIp: '127.0.0.1',
      rtpPorts: [first, first + 39],
      recordingsDir: tmpdir(),
      promptsDir: join(import.meta.dirname, '../../freeswitch/prompts'),
      rtpTimeoutS: 30,
      ...settings,
    });
    const esl = await EslClient.open(server.eslPort, PASSWORD);
    await esl.send('event plain ALL');
    return new Bench(server, esl);
  }

  async call(options: PartyOptions = {}): Promise<Party> {
    const party = await Party.call(this.server.sipPort, options);
    this.parties.push(party);
    await this.esl.event('CHANNEL_PARK', { 'Unique-ID': party.callId });
    return party;
  }

  async bridge(one: Party, other: Party): Promise<void> {
    const reply = await this.esl.api(`uuid_bridge ${one.callId} ${other.callId}`);
    if (reply !== `+OK ${other.callId}\n`) throw new Error(`no bridge: ${reply}`);
  }

  /** The end of a party's channel. */
  async ended(party: Party, limitMs = 5_000): Promise<Record<string, string>> {
    return this.esl.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': party.callId }, limitMs);
  }

  /** Hangs everybody up and sees that nothing is left behind. */
  async close(): Promise<void> {
    for (const party of this.parties) if (!party.ended) await party.hangUp();
    await until('no channel, port or beat left', () => {
      const { channels, rtpPorts, paced } = this.server.counts();
      return channels === 0 && rtpPorts === 0 && paced === 0;
    });
    for (const party of this.parties) await party.close();
    this.esl.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }
}
