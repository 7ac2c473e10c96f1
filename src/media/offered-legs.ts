import type { MediaKind } from '../sip/sip-target.js';
import type { MediaLeg } from './media-leg.js';
import type { MediaServer } from './media-server.js';
import type { OfferedLeg } from './offered-leg.js';

/** The legs that wait for one person to take a call: one for each kind of device that rings, made when first needed. */
export class OfferedLegs {
  private readonly legs = new Map<MediaKind, Promise<OfferedLeg>>();

  /** @param onMade told of each leg, to end it with whatever it is made for */
  constructor(
    readonly server: MediaServer,
    private readonly onMade: (leg: MediaLeg) => void,
  ) {}

  /**
   * The SDP for each of these kinds of devices. A kind that the media server fails to offer is left out: the others ring.
   * @throws AppError where it offers none
   */
  async offers(kinds: readonly MediaKind[]): Promise<Partial<Record<MediaKind, string>>> {
    const made = await Promise.allSettled(
      kinds.map(async (media) => [media, (await this.legOf(media)).offer] as const),
    );
    const good = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = made.find((one) => one.status === 'rejected');
    if (failed && good.length === 0) throw failed.reason;
    return Object.fromEntries(good);
  }

  /** A device of this kind has taken the call: its leg. The others end; all of them where it needs none of these. */
  async take(media: MediaKind): Promise<MediaLeg> {
    this.endAllBut(media);
    return (await this.legOf(media)).leg;
  }

  endAllBut(media?: MediaKind): void {
    for (const [kind, made] of this.legs) {
      if (kind !== media) made.then(({ leg }) => leg.end()).catch(() => undefined);
    }
  }

  private legOf(media: MediaKind): Promise<OfferedLeg> {
    const known = this.legs.get(media);
    if (known) return known;
    const made = this.server.offer(media);
    this.legs.set(media, made);
    made.then(
      ({ leg }) => this.onMade(leg),
      () => undefined, // whoever asked for it hears of it
    );
    return made;
  }
}
