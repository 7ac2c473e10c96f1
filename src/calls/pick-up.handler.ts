import { Injectable } from '@nestjs/common';
import { MediaServers } from '../media/media-servers.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { answer } from './answering.js';
import { FeatureCodes } from './feature-codes.js';
import type { LiveCall } from './live-call.js';
import { LiveCalls } from './live-calls.js';
import type { Ring } from './ring.js';
import { SpokenRefusal } from './spoken-refusal.js';

/** `*8` picks up the call of my groups that has waited longest; `*8*102` the one that rings at 102. */
export const PICK_UP = '*8';

const REFUSED = {
  'nothing-to-pick-up': { prompt: 'number-unknown', status: 404 },
  'picked-up-before': { prompt: 'colleague-is-talking', status: 486 },
} as const;

/** Takes a call that rings at a colleague's phone. */
@Injectable()
export class PickUpHandler {
  constructor(
    features: FeatureCodes,
    private readonly liveCalls: LiveCalls,
    private readonly provisioning: Provisioning,
    private readonly mediaServers: MediaServers,
    private readonly spoken: SpokenRefusal,
  ) {
    features.on(PICK_UP, (invite, argument) => this.handle(invite, argument));
  }

  /** @param number of the extension that rings; '': any of the groups */
  async handle(invite: DeviceInvite, number: string): Promise<void> {
    const found = this.ringingFor(invite.extension, number);
    if (!found) return this.refuse(invite, 'nothing-to-pick-up');
    const { call, ring } = found;
    const server = this.mediaServers.of(ring.clientLeg);
    const leg = invite.offer ? await server.receive(invite.offer) : (await server.offer()).leg;
    const won =
      !invite.cancelled.aborted &&
      (await ring.pickUp({
        extensionId: invite.extension.id,
        leg,
        answer: () => {
          call.atEnd(() => leg.end(), leg);
          return answer(call, invite, leg, 'manager');
        },
      }));
    if (won) return;
    await leg.end();
    await this.refuse(invite, 'picked-up-before');
  }

  /** Only calls that ring at members of a group of his; of several the one that has waited longest. */
  private ringingFor(picker: ExtensionConfig, number: string): { call: LiveCall; ring: Ring } | undefined {
    const { snapshot } = this.provisioning;
    const colleagues = new Set(
      [...snapshot.groups.values()]
        .filter(({ companyId, memberIds }) => companyId === picker.companyId && memberIds.includes(picker.id))
        .flatMap(({ memberIds }) => memberIds),
    );
    const asked = number === '' ? undefined : snapshot.extensionByNumber(picker.companyId, number)?.id;
    if (number !== '' && asked === undefined) return undefined;
    return [...this.liveCalls.all()]
      .flatMap((call) =>
        call.ring && call.companyId === picker.companyId ? [{ call, ring: call.ring }] : [],
      )
      .filter(({ ring: { extensionIds } }) =>
        extensionIds.some((id) => colleagues.has(id) && (asked === undefined || id === asked)),
      )
      .sort((one, other) => one.call.startedAt.localeCompare(other.call.startedAt))[0];
  }

  private async refuse(invite: DeviceInvite, reason: keyof typeof REFUSED): Promise<void> {
    await this.spoken.refuse(invite, { reason, ...REFUSED[reason] });
  }
}
