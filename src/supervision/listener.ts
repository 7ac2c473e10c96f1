import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { SupervisionMode } from '../contracts/live.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import type { SipDialog } from '../sip/dialog.js';

/** How often a listener is asked whether he is there. Two asked in vain: 30 s at most until he is let go. */
const ASK_MS = 10_000;

/** A supervisor's device, and what it hears: nothing, or the leg it is aimed at. */
export class Listener {
  private target?: string;
  private over = false;
  private asked = false;
  private readonly timer: NodeJS.Timeout;
  /** Steps on the media server, one after another. */
  private doing: Promise<void> = Promise.resolve();

  /** @param onOver told once, when the supervisor or his leg is gone */
  constructor(
    private readonly dialog: SipDialog,
    private leg: MediaLeg,
    private server: MediaServer,
    private mode: SupervisionMode,
    private readonly onOver: () => void,
  ) {
    dialog.onBye(() => this.finish());
    dialog.onReinvite((sdp) => this.leg.modify(sdp));
    this.watchLeg();
    this.timer = setInterval(() => void this.ask(), ASK_MS);
  }

  /** Hears this leg from now on; the supervisor's own leg moves to that server where it is another one. */
  aimAt(uuid: string, server: MediaServer): Promise<void> {
    return this.next(async () => {
      if (this.target === uuid) return;
      if (this.target) await this.leg.stopEavesdropping(this.target);
      this.target = uuid;
      if (server !== this.server) await this.moveTo(server);
      await this.leg.eavesdrop(uuid, this.mode);
    });
  }

  /** Hears nothing until aimed anew. */
  rest(): Promise<void> {
    return this.next(async () => {
      const { target } = this;
      this.target = undefined;
      if (target) await this.leg.stopEavesdropping(target);
    });
  }

  switchTo(mode: SupervisionMode): Promise<void> {
    return this.next(async () => {
      this.mode = mode;
      if (this.target) await this.leg.eavesdropAs(mode);
    });
  }

  /** Hangs up. Never throws. */
  async end(): Promise<void> {
    this.finish();
    await Promise.all([this.dialog.bye(), this.leg.end()]);
  }

  private async moveTo(server: MediaServer): Promise<void> {
    const leg = await server.replace(this.dialog.remoteSdp, (offer) => this.dialog.modify(offer));
    const before = this.leg;
    this.leg = leg;
    this.server = server;
    this.watchLeg();
    await before.end();
  }

  private watchLeg(): void {
    const { leg } = this;
    leg.onLost((loss) => {
      if (leg !== this.leg) return;
      // A server that died took the call's legs too: whoever aims us anew moves us.
      if (loss === 'server-lost' && this.target) return;
      void this.end();
    });
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.doing = this.doing
      .then(() => (this.over ? undefined : step()))
      .catch((error: unknown) => {
        log('supervision').warn({ error: messageOf(error) }, 'a listener was not steered, and is let go');
        return this.end();
      });
    return this.doing;
  }

  private async ask(): Promise<void> {
    if (this.asked) return;
    this.asked = true;
    const isThere = await this.dialog.isThere();
    this.asked = false;
    if (!isThere) await this.end();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.timer);
    void this.leg.end();
    this.onOver();
  }
}
