import { clock } from '../common/clock.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { SipDialog } from '../sip/dialog.js';

/** A colleague who takes a call that rings elsewhere. */
export interface PickUp {
  extensionId: string;
  /** On the client's media server; has his SDP. */
  leg: MediaLeg;
  /** Gives him the 200. @throws AppError with the ending's name as its code */
  answer: () => Promise<SipDialog>;
}

/** Phones that ring for a call, until one of them answers or a colleague picks the call up: one of them wins. */
export class Ring {
  readonly since = clock.now();
  private readonly taking = new AbortController();
  private claimed?: { pickUp: PickUp; settle: (won: boolean) => void };
  private over = false;

  /** @param clientLeg the leg that waits for whoever takes the call */
  constructor(
    readonly extensionIds: readonly string[],
    readonly clientLeg: MediaLeg,
  ) {}

  /** Aborted when a colleague picks up: the phones stop ringing. */
  get pickedUp(): AbortSignal {
    return this.taking.signal;
  }

  /** @returns whether the call is his; false where a phone or another colleague was faster */
  pickUp(pickUp: PickUp): Promise<boolean> {
    if (this.over || this.claimed) return Promise.resolve(false);
    return new Promise((settle) => {
      this.claimed = { pickUp, settle };
      this.taking.abort('answered elsewhere');
    });
  }

  /** The phones ring no more. @returns who picked up, where no phone had answered before him */
  close(answered: boolean): PickUp | undefined {
    this.over = true;
    this.claimed?.settle(!answered);
    return answered ? undefined : this.claimed?.pickUp;
  }
}
