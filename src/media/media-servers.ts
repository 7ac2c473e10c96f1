import { setTimeout as pause } from 'node:timers/promises';
import { AppError, messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import type { Uac } from '../sip/uac.js';
import { maskArguments, type MediaLeg } from './media-leg.js';
import { MediaServer, parseMediaServerUrl, unavailable } from './media-server.js';

const RETRY_MS = 5_000;
const RECHECK_MS = 50;

/** The media servers of this installation; a call gets the least loaded one that is up. */
export class MediaServers {
  readonly all: MediaServer[];
  private readonly retries = new Set<NodeJS.Timeout>();

  /**
   * @param urls esl:// addresses, separated by commas
   * @param maxLegs legs at once per server: the admission limit, below the point where FreeSWITCH collapses
   */
  constructor(
    urls: string,
    uac: Uac,
    private readonly maxLegs: number,
  ) {
    this.all = urls.split(',').map((url) => new MediaServer(parseMediaServerUrl(url.trim()), uac));
  }

  /**
   * Connects to every server; where one is up, those that are not are tried again in the background.
   * @param owner the control plane whose legs ours are; what it left behind in an earlier life is ended,
   * but for the channels to keep
   * @param keep uuids
   * @throws AppError of the first server when none is up
   */
  async connect(srf: unknown, owner: string, keep: readonly string[]): Promise<void> {
    const results = await Promise.allSettled(this.all.map((server) => server.connect(srf, owner, keep)));
    const first = results[0];
    if (first?.status === 'rejected' && !this.isUp) throw first.reason;
    results.forEach((result, index) => {
      const server = this.all[index];
      if (result.status === 'rejected' && server) this.retry(server, srf, owner, result.reason);
    });
  }

  private retry(server: MediaServer, srf: unknown, owner: string, error: unknown): void {
    log('media').error({ server: server.name, error: messageOf(error) }, 'a media server is not usable');
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      server.connect(srf, owner).catch((again: unknown) => this.retry(server, srf, owner, again));
    }, RETRY_MS);
    this.retries.add(timer);
  }

  /**
   * @throws AppError `media-unavailable` when none is up, `too-many-calls` when all that are up are full
   */
  choose(): MediaServer {
    const up = this.all.filter((server) => server.isUp);
    if (up.length === 0) throw unavailable();
    const freest = up.reduce((best, server) => (server.load < best.load ? server : best));
    if (freest.load + 2 > this.maxLegs) {
      throw new AppError('too-many-calls', 'every media server is at its limit', {
        sipStatus: 503,
        cause: 42,
      });
    }
    return freest;
  }

  /** Where a leg is. @throws AppError `media-server-away` where it is no more */
  of(leg: MediaLeg): MediaServer {
    const server = this.all.find((one) => one.has(leg));
    if (!server) throw new AppError('media-server-away', 'the leg is gone');
    return server;
  }

  /**
   * The freest server, waiting for one to come back.
   * @throws AppError as `choose` does, after `ms`; `media-unavailable` when aborted
   */
  async chooseWithin(ms: number, signal: AbortSignal): Promise<MediaServer> {
    const deadline = clock.monotonic() + ms;
    for (;;) {
      try {
        return this.choose();
      } catch (error) {
        if (signal.aborted || clock.monotonic() > deadline) throw error;
      }
      await pause(RECHECK_MS);
    }
  }

  /** @returns the server that has this channel, whichever control plane made it; undefined where none says so */
  async holding(uuid: string): Promise<MediaServer | undefined> {
    const up = this.all.filter((server) => server.esl.isUp);
    const has = await Promise.all(
      up.map((server) =>
        server.esl.api('uuid_exists', uuid).then(
          (answer) => answer === 'true',
          () => false,
        ),
      ),
    );
    return up.find((_, index) => has[index]);
  }

  /**
   * Pauses or resumes a recording, wherever its leg is: another control plane's too.
   * @returns whether there is such a recording
   */
  async maskRecording(uuid: string, path: string, masked: boolean): Promise<boolean> {
    const server = await this.holding(uuid);
    if (!server) return false;
    return server.esl.api('uuid_record', maskArguments(uuid, path, masked)).then(
      () => true,
      () => false,
    );
  }

  /** Ends a channel wherever it is, of an earlier process too. */
  async kill(uuid: string): Promise<void> {
    await Promise.allSettled(this.reachable.map((server) => server.esl.api('uuid_kill', uuid)));
  }

  /** The media server on which these two channels are joined to each other, of an earlier process too. */
  async joining(uuid: string, other: string): Promise<MediaServer | undefined> {
    const { reachable } = this;
    const here = await Promise.all(reachable.map((server) => server.joins(uuid, other)));
    return reachable[here.indexOf(true)];
  }

  /** Ends every channel of a control plane that died, ringing calls' among them, of which no row tells. */
  async hangUpAllOf(owner: string, keep: readonly string[]): Promise<void> {
    await Promise.allSettled(this.reachable.map((server) => server.hangUpAllOf(owner, keep)));
  }

  /** Those that take commands, whether or not they get new calls. */
  private get reachable(): MediaServer[] {
    return this.all.filter((server) => server.esl.isUp);
  }

  get isUp(): boolean {
    return this.all.some((server) => server.isUp);
  }

  get legs(): number {
    return this.all.reduce((sum, server) => sum + server.load, 0);
  }

  close(): void {
    for (const timer of this.retries) clearTimeout(timer);
    for (const server of this.all) server.close();
  }
}
