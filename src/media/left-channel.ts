import type { DialogEnd, SipDialog } from '../sip/dialog.js';
import { SipRejected } from '../sip/sip-rejected.js';
import type { EslConnection } from './esl-connection.js';

/**
 * A channel whose SIP dialog was held by a process that is no more: it is steered and ended over ESL alone, and its end
 * is told by an event.
 */
export class LeftChannel implements SipDialog {
  readonly remoteSdp = '';
  readonly localSdp = '';
  readonly stackDialogId = '';
  private over = false;
  private byeListener?: (end: DialogEnd) => void;
  private readonly forget: () => void;

  /** @param sipCallId the channel's uuid */
  constructor(
    readonly sipCallId: string,
    private readonly esl: EslConnection,
  ) {
    this.forget = esl.listen('CHANNEL_HANGUP_COMPLETE', sipCallId, (header) => {
      this.forget();
      this.over = true;
      this.byeListener?.({ by: 'remote', reason: header('Hangup-Cause') });
    });
  }

  bye(): Promise<boolean> {
    this.forget();
    this.over = true;
    return this.esl.api('uuid_kill', this.sipCallId).then(
      () => true,
      () => false,
    );
  }

  async isThere(): Promise<boolean> {
    return (await this.esl.api('uuid_exists', this.sipCallId).catch(() => '')) === 'true';
  }

  /** @throws SipRejected always: its dialog is in nobody's hands */
  modify(): Promise<string> {
    return Promise.reject(new SipRejected(481));
  }

  onBye(listener: (end: DialogEnd) => void): void {
    this.byeListener = listener;
  }

  /** @throws SipRejected always, as modify does */
  identify(): Promise<string> {
    return this.modify();
  }

  get isOver(): boolean {
    return this.over;
  }

  onRefer(): void {
    return;
  }

  onReinvite(): void {
    return;
  }

  onInfo(): void {
    return;
  }
}
