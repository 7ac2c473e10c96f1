import type { RTCSession } from 'jssip/lib/RTCSession';
import { connectAnew } from './new-connection.js';

const LOOK_MS = 1_000;
/** A browser may heal a connection by itself within so long. */
const HEALS_MS = 2_000;
/** How long nothing may come of the other side's sound; phones send on while nobody speaks. */
const SILENT_MS = 5_000;
/** From one try to find another way to the next. */
const AGAIN_MS = 8_000;
/** So often is another way sought in one silence: the other side may have nothing to send. */
const SILENT_TRIES = 3;
/** So long is a way sought for a call whose connection is lost. */
const LOST_MS = 40_000;

export interface PathWatcher {
  /** Both sides are in the call and neither holds: something should be heard. */
  shouldHear(): boolean;
  /** The connection is lost, or there again. */
  changed(): void;
  /** Another way should be sought, once SIP reaches the server. */
  seek(): void;
  /** All looks connected, another way was sought, and nothing is heard. */
  silent(): void;
  /** No way was found. */
  lost(): void;
}

/**
 * The way that a call's sound takes. It may be lost with a network or a sleep, and it may fall silent while all looks
 * connected, as where a browser with several addresses moves to another one and the far side does not follow: in both cases
 * another one is sought by a new connection.
 */
export class CallPath {
  /** The connection is lost, and another way is being sought. */
  isBroken = false;
  private isSilent = false;
  private isTold = false;
  /** How often another way was sought in this silence. */
  private tries = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  /** This connection takes the place of another. */
  private isAnew = false;
  private received = 0;
  private heardAt = 0;
  private brokenAt = 0;
  private soughtAt = 0;

  constructor(
    private readonly session: RTCSession,
    private readonly iceServers: RTCIceServer[],
    private readonly watcher: PathWatcher,
  ) {}

  /** The call's sound goes by this connection from now on. */
  start(connection: RTCPeerConnection): void {
    this.isAnew = this.timer !== undefined;
    this.received = 0;
    clearInterval(this.timer);
    this.timer = setInterval(() => void this.look(connection), LOOK_MS);
  }

  end(): void {
    clearInterval(this.timer);
  }

  /**
   * SIP reaches the server.
   * @param isNew by another connection: the server is told where we are (RFC 3261 §12.2, a target refresh)
   */
  renew(isNew: boolean): void {
    if (this.isBroken || this.isSilent) connectAnew(this.session, this.iceServers);
    else if (isNew) this.session.renegotiate();
  }

  private async look(connection: RTCPeerConnection): Promise<void> {
    const now = performance.now();
    const { connectionState } = connection;
    const isBroken = this.isAnew
      ? connectionState !== 'connected'
      : connectionState === 'disconnected' || connectionState === 'failed';
    if (isBroken !== this.isBroken) {
      this.isBroken = isBroken;
      this.brokenAt = now;
      if (!this.isSilent) this.heardAt = now;
      this.watcher.changed();
    }
    if (!isBroken) return this.listen(connection, now);
    if (now - this.brokenAt > LOST_MS) return this.watcher.lost();
    if (now - this.brokenAt > HEALS_MS) this.seek(now);
  }

  private async listen(connection: RTCPeerConnection, now: number): Promise<void> {
    const received = await packetsReceived(connection);
    if (received !== this.received || !this.watcher.shouldHear()) {
      this.received = received;
      this.heardAt = now;
      this.isSilent = this.isTold = false;
      this.tries = 0;
      return;
    }
    this.isSilent = now - this.heardAt > SILENT_MS;
    // The last try may be of a moment ago, when the connection was lost: then this one waits.
    if (this.isSilent && this.tries < SILENT_TRIES && this.seek(now)) this.tries += 1;
    if (this.tries > 0 && now - this.heardAt > 2 * SILENT_MS && !this.isTold) {
      this.isTold = true;
      this.watcher.silent();
    }
  }

  /** @returns whether it is time for it */
  private seek(now: number): boolean {
    if (now - this.soughtAt < AGAIN_MS) return false;
    this.soughtAt = now;
    this.watcher.seek();
    return true;
  }
}

async function packetsReceived(connection: RTCPeerConnection): Promise<number> {
  let packets = 0;
  (await connection.getStats()).forEach((report: { type: string; packetsReceived?: number }) => {
    if (report.type === 'inbound-rtp') packets += report.packetsReceived ?? 0;
  });
  return packets;
}
