import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { languageOf } from '../media/country.js';
import { MediaServers } from '../media/media-servers.js';
import { Prompts } from '../media/prompts.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';

/** Tells a manager, in his own language, why his call is not made; then refuses it. */
@Injectable()
export class SpokenRefusal {
  constructor(
    private readonly mediaServers: MediaServers,
    private readonly prompts: Prompts,
    private readonly provisioning: Provisioning,
  ) {}

  /** @param prompt the name of a prompt; said as early media, so that nothing is answered (RFC 3960) */
  async refuse(invite: DeviceInvite, prompt: string, status: number): Promise<void> {
    try {
      if (invite.offer) await this.say(invite, prompt);
    } catch (error) {
      log('calls').warn({ prompt, error: messageOf(error) }, 'a refusal was not spoken');
    }
    invite.refuse(status);
  }

  private async say(invite: DeviceInvite, name: string): Promise<void> {
    const country = this.provisioning.snapshot.companies.get(invite.extension.companyId)?.country ?? '';
    const prompt = this.prompts.get(name, languageOf(country));
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
