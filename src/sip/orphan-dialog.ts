import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { GONE, type DialogEnd, type SipDialog } from './dialog.js';
import type { DrachtioConnection } from './drachtio.connection.js';
import { SipRejected } from './sip-rejected.js';

const BYE_WAIT_MS = 4_000;
const ASK_EVERY_MS = 2_000;
const ASK_WAIT_MS = 5_000;

/**
 * A dialog that a process left which is no more. We can send in it, but drachtio-server hands nothing of it to us: it
 * answers the other side's requests with 481 by itself, and forgets the dialog at a BYE. So the end is found by
 * asking, with an OPTIONS in the dialog (RFC 3261 §11.2: it changes nothing of it).
 */
export class OrphanDialog implements SipDialog {
  /** Nobody wrote down what was agreed. */
  readonly remoteSdp = '';
  readonly localSdp = '';
  private ended = false;
  private end?: DialogEnd;
  private byeListener?: (end: DialogEnd) => void;
  private asking?: NodeJS.Timeout;

  /**
   * @param stackDialogId as drachtio-server names it: `<Call-ID>;from-tag=<tag>`
   * @param onEnded called once, however it ends
   */
  constructor(
    private readonly connection: DrachtioConnection,
    readonly stackDialogId: string,
    private readonly onEnded: (dialog: OrphanDialog) => void,
  ) {}

  get sipCallId(): string {
    return this.stackDialogId.replace(/;from-tag=[^;]*$/, '');
  }

  /** False where drachtio-server or the other side says that it is over; who does not answer is believed in. */
  async isThere(): Promise<boolean> {
    if (this.ended) return false;
    const options = { method: 'OPTIONS', stackDialogId: this.stackDialogId };
    try {
      return (await this.connection.request(options, ASK_WAIT_MS)).status !== 481;
    } catch (error) {
      return !(error instanceof SipRejected && error.status === 481);
    }
  }

  /** From now on its end is noticed within some seconds. */
  watch(): void {
    let waiting = false;
    this.asking = setInterval(() => {
      if (waiting) return;
      waiting = true;
      void this.ask().then(() => (waiting = false));
    }, ASK_EVERY_MS);
  }

  /** Asks now; where it is over, onBye() is told before this resolves. */
  async ask(): Promise<void> {
    if (!(await this.isThere())) this.over({ by: 'remote', reason: 'the dialog is gone' });
  }

  async bye(headers: Record<string, string> = {}): Promise<boolean> {
    if (!this.finish()) return true;
    const options = { method: 'BYE', stackDialogId: this.stackDialogId, headers };
    try {
      return !GONE.includes((await this.connection.request(options, BYE_WAIT_MS)).status);
    } catch (error) {
      log('sip').debug({ sipCallId: this.sipCallId, error: messageOf(error) }, 'BYE without an answer');
      return false;
    }
  }

  /** @throws SipRejected always: what its sides agreed on is not known */
  modify(): Promise<string> {
    return Promise.reject(new SipRejected(488, 'a dialog of an earlier process cannot be changed'));
  }

  onBye(listener: (end: DialogEnd) => void): void {
    if (this.end) return listener(this.end);
    this.byeListener = listener;
  }

  /** Never comes: drachtio-server answers it with 481. */
  onReinvite(): void {
    return;
  }

  /** Never comes: drachtio-server answers it with 481. */
  onInfo(): void {
    return;
  }

  /** Never comes: drachtio-server answers it with 481. */
  onRefer(): void {
    return;
  }

  /** @throws SipRejected always, as modify does */
  identify(): Promise<string> {
    return this.modify();
  }

  get isOver(): boolean {
    return this.ended;
  }

  /** Nobody can name it: its requests do not come here. */
  isNamedBy(): boolean {
    return false;
  }

  /** Leaves it to itself. */
  release(): void {
    this.finish();
  }

  serverLost(): void {
    this.over({ by: 'server', reason: 'drachtio-server was lost' });
  }

  private over(end: DialogEnd): void {
    if (!this.finish()) return;
    this.end = end;
    this.byeListener?.(end);
  }

  private finish(): boolean {
    if (this.ended) return false;
    this.ended = true;
    clearInterval(this.asking);
    this.onEnded(this);
    return true;
  }
}
