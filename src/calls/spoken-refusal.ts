import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { languageTo } from '../media/country.js';
import { MediaServers } from '../media/media-servers.js';
import { Prompts } from '../media/prompts.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { DialLedger } from './dial-ledger.js';

/** Why a device's call is not made. */
export interface DialRefusal {
  /** As the ledger has it. */
  reason: string;
  /** The name of a prompt. */
  prompt: string;
  status: number;
}

/** Writes down why a device's call is not made, tells the manager in his own language, and refuses it. */
@Injectable()
export class SpokenRefusal {
  constructor(
    private readonly dialLedger: DialLedger,
    private readonly mediaServers: MediaServers,
    private readonly prompts: Prompts,
    private readonly provisioning: Provisioning,
  ) {}

  /** Written first, then told. */
  async refuse(invite: DeviceInvite, { reason, prompt, status }: DialRefusal): Promise<void> {
    await this.dialLedger.dialRefused(invite.extension, reason);
    await this.tell(invite, prompt);
    invite.refuse(status);
  }

  /** Says a prompt as early media, so that nothing is answered (RFC 3960). Never throws. */
  async tell(invite: DeviceInvite, prompt: string): Promise<void> {
    try {
      if (invite.offer) await this.say(invite, prompt);
    } catch (error) {
      log('calls').warn({ prompt, error: messageOf(error) }, 'a refusal was not spoken');
    }
  }

  private async say(invite: DeviceInvite, name: string): Promise<void> {
    const country = this.provisioning.snapshot.companies.get(invite.extension.companyId)?.country ?? '';
    const prompt = this.prompts.get(name, languageTo(invite.extension, country));
    if (!prompt || invite.cancelled.aborted) return;
    const leg = await this.mediaServers.choose().receive(invite.offer);
    try {
      invite.progress(leg.sdp);
      await leg.playPrompt(prompt, invite.cancelled);
    } finally {
      await leg.end();
    }
  }
}
