import { Injectable } from '@nestjs/common';
import type { ReachableClient } from '../clients/client-directory.js';
import { AppError } from '../common/app-error.js';
import type { PhoneNumber } from '../common/phone-number.js';
import { MediaServers } from '../media/media-servers.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import type { Emergency } from '../sip/sip-target.js';
import { answer, endWithLeg } from './answering.js';
import type { EndingName } from './call-endings.js';
import { CallLife } from './call-life.js';
import { ClientReach } from './client-reach.js';
import { DialLedger, type DialledBy } from './dial-ledger.js';
import { LiveCall } from './live-call.js';
import { OutboundNumbers } from './outbound-numbers.js';
import { SpokenRefusal } from './spoken-refusal.js';

/** Whom a manager's device calls, and how he named him. */
export type Callee = { client: ReachableClient; by: DialledBy } | (Emergency & { by: 'emergency' });

/** What the manager hears of a call that is refused. */
const PROMPTS: Partial<Record<EndingName, string>> = {
  'colleague-is-talking': 'colleague-is-talking',
  'country-not-allowed': 'country-not-allowed',
  'premium-number': 'premium-number',
  'daily-calls-used-up': 'daily-limit',
  'daily-minutes-used-up': 'daily-limit',
};

/** One call that a manager's device makes to a client, or for help, from INVITE to BYE. */
@Injectable()
export class OutboundCallHandler {
  constructor(
    private readonly life: CallLife,
    private readonly dialLedger: DialLedger,
    private readonly mediaServers: MediaServers,
    private readonly numbers: OutboundNumbers,
    private readonly clientReach: ClientReach,
    private readonly spoken: SpokenRefusal,
  ) {}

  /** Takes a device's INVITE to its end; it is written before the client's phone rings. */
  async handle(invite: DeviceInvite, callee: Callee): Promise<void> {
    const { companyId, id } = invite.extension;
    const client = 'client' in callee ? callee.client : undefined;
    const call = new LiveCall({
      companyId,
      direction: 'outbound',
      fromExtensionId: id,
      companyNumber: this.numbers.shownTo(client, companyId),
    });
    if (client) call.client = client;
    invite.cancelled.addEventListener('abort', () => call.end('manager-gave-up'));
    await this.life.run(call, invite, async () => {
      const number = await this.admitted(call, invite, callee);
      call.changed({ kind: 'began' });
      await this.converse(call, invite, number);
    });
  }

  /** Writes the call down. @throws AppError with the ending's name as its code, when the manager has been told why */
  private async admitted(
    call: LiveCall,
    invite: DeviceInvite,
    callee: Callee,
  ): Promise<PhoneNumber | Emergency> {
    const made = { extension: invite.extension, by: callee.by, callerTrace: invite.trace };
    if ('emergency' in callee) {
      await this.dialLedger.dialled(call, { ...made, emergency: callee.emergency });
      return callee;
    }
    const { number, forbidden } = await this.numbers.of(callee.client, call.companyId);
    try {
      await this.dialLedger.dialled(call, {
        ...made,
        clientId: callee.client.id,
        ...(forbidden && { forbidden }),
      });
    } catch (error) {
      const prompt = error instanceof AppError ? PROMPTS[error.code as EndingName] : undefined;
      if (prompt) await this.spoken.tell(invite, prompt);
      throw error;
    }
    return number;
  }

  private async converse(
    call: LiveCall,
    invite: DeviceInvite,
    number: PhoneNumber | Emergency,
  ): Promise<void> {
    const server = this.mediaServers.choose();
    const [leg, offered] = await Promise.all([
      invite.offer ? server.receive(invite.offer) : server.offer().then((own) => own.leg),
      server.offer(),
    ]);
    for (const one of [offered.leg, leg]) endWithLeg(call, one);
    if (call.over.aborted) return;
    if (invite.offer) invite.progress(leg.sdp);
    await this.clientReach.reach(call, number, offered, {
      extensionId: invite.extension.id,
      leg,
      server,
      dialogId: invite.trace.dialog,
      dialog: () => answer(call, invite, leg, 'manager'),
      moveTo: (other) => {
        call.release(leg);
        endWithLeg(other, leg);
        other.atEnd(() => invite.refuse(480));
        invite.cancelled.addEventListener('abort', () => other.end('manager-gave-up'));
        return answer(other, invite, leg, 'manager');
      },
    });
  }
}
