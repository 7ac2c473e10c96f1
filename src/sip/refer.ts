import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { readReplaces, type ReplacedDialog } from './replaces.js';
import { parseNameAddress, parseSipUri, readTokens, splitOutside } from './sip-values.js';
import type { StackReply, StackRequest, StackRequestOptions } from './stack.js';
import { reasonOfStatus } from './status-tables.js';

/** What is reported before the outcome (RFC 3261 §21.1); the outcomes' reasons are in the status table. */
const PROVISIONAL: Readonly<Record<number, string>> = { 100: 'Trying', 180: 'Ringing', 200: 'OK' };
/** How long the progress of a transfer may be reported, s (RFC 3515 §2.4.4). */
const SUBSCRIPTION_S = 180;
/** How long a party's answers to the reports are waited for, ms: one who hung up meanwhile gives none. */
const TOLD_WITHIN_MS = 1_000;

/** A party asks that the other one be connected to somebody else (RFC 3515). */
export interface Refer {
  /** The user part of Refer-To; '' where it names nobody that can be read. */
  readonly target: string;
  /** Attended: the dialog that the other party is to take the place of (RFC 3891). */
  readonly replaces: ReplacedDialog | undefined;
  /** 202; the progress follows. */
  accept(): void;
  refuse(status: number): void;
  /** How far it is, as a status of SIP; one of 200 or more is the last word. Never throws. */
  notify(status: number): void;
  /** Resolves when the party has answered what was reported so far, or does not answer. Never rejects. */
  told(): Promise<void>;
}

export class DialogRefer implements Refer {
  readonly target: string;
  readonly replaces: ReplacedDialog | undefined;
  private readonly isSilent: boolean;
  private sending: Promise<unknown> = Promise.resolve();
  private over = false;

  /**
   * @param isFirst of its dialog: its NOTIFYs need no id (RFC 3515 §2.4.6)
   * @param send within the dialog
   */
  constructor(
    private readonly request: StackRequest,
    private readonly reply: StackReply,
    private readonly contact: string,
    private readonly isFirst: boolean,
    private readonly send: (
      options: Omit<StackRequestOptions, 'stackDialogId'>,
    ) => Promise<{ status: number }>,
  ) {
    const named = readReferTo(request.get('refer-to'));
    this.target = named?.user ?? '';
    this.replaces = named?.replaces;
    // RFC 4488 §4: who needs no reports says so.
    this.isSilent =
      /^\s*false\b/i.test(request.get('refer-sub') ?? '') ||
      readTokens(request.get('require')).includes('norefersub');
  }

  accept(): void {
    if (this.reply.finalResponseSent) return;
    const headers = { Contact: this.contact, ...(this.isSilent ? { 'Refer-Sub': 'false' } : {}) };
    this.reply.send(202, 'Accepted', { headers });
    this.notify(100);
  }

  refuse(status: number): void {
    if (this.reply.finalResponseSent) return;
    this.over = true;
    this.reply.send(status, reasonOfStatus(status), {});
  }

  notify(status: number): void {
    if (this.over || this.isSilent) return;
    this.over = status >= 200;
    const sequence = Number.parseInt(this.request.get('cseq') ?? '', 10);
    const options = {
      method: 'NOTIFY',
      headers: {
        Event: this.isFirst ? 'refer' : `refer;id=${sequence}`,
        'Subscription-State': this.over ? 'terminated;reason=noresource' : `active;expires=${SUBSCRIPTION_S}`,
        Contact: this.contact,
        'Content-Type': 'message/sipfrag;version=2.0',
      },
      body: `SIP/2.0 ${status} ${PROVISIONAL[status] ?? reasonOfStatus(status)}\r\n`, // RFC 3420
    };
    this.sending = this.sending
      .then(() => this.send(options))
      .catch((error: unknown) => {
        // Whoever hung up after the 202 hears nothing of it any more, and wants to hear nothing.
        log('sip').debug({ status, error: messageOf(error) }, 'a NOTIFY without an answer');
      });
  }

  async told(): Promise<void> {
    const giveUp = new AbortController();
    const late = pause(TOLD_WITHIN_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([this.sending, late]);
    giveUp.abort();
  }
}

/** One Refer-To (RFC 3515 §2.1) that asks for an INVITE; undefined for anything else. */
export function readReferTo(
  header: string | undefined,
): { user: string; replaces: ReplacedDialog | undefined } | undefined {
  if (!header || splitOutside(header, ',').length !== 1) return undefined;
  const address = parseNameAddress(header);
  const uri = address && parseSipUri(address.uri);
  if (!uri || (uri.params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE') return undefined;
  const headers = new URLSearchParams(/\?(.*)$/.exec(address.uri)?.[1]?.replaceAll('+', '%2B') ?? '');
  const text = [...headers].find(([name]) => name.toLowerCase() === 'replaces')?.[1];
  const replaces = text === undefined ? undefined : readReplaces(text);
  // One that names no dialog is not taken for a blind transfer.
  return text !== undefined && !replaces ? undefined : { user: uri.user, replaces };
}
