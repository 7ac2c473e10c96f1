import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { readDialled } from '../routing/dialled.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { FeatureCodes } from './feature-codes.js';
import { InternalCallHandler } from './internal-call.handler.js';
import { OutboundCallHandler } from './outbound-call.handler.js';
import { OutboundNumbers } from './outbound-numbers.js';
import { SpokenRefusal } from './spoken-refusal.js';

/** Why a device's call is not made: what the manager hears, and the final response (RFC 3261 §21.4). */
const REFUSED = {
  'wrong-code': { prompt: 'code-wrong', status: 404 },
  'no-such-client': { prompt: 'code-wrong', status: 404 },
  'raw-number': { prompt: 'number-not-allowed', status: 403 },
  'unknown-feature': { prompt: 'number-unknown', status: 404 },
  'unreadable-number': { prompt: 'number-unknown', status: 484 },
  'not-possible-now': { prompt: 'refused', status: 503 },
} as const;
type Refused = keyof typeof REFUSED;

/** A call that a manager's device makes: what he dialled says where it goes. */
@Injectable()
export class DeviceCallHandler {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly features: FeatureCodes,
    private readonly outbound: OutboundCallHandler,
    private readonly internal: InternalCallHandler,
    private readonly numbers: OutboundNumbers,
    private readonly spoken: SpokenRefusal,
  ) {}

  async handle(invite: DeviceInvite): Promise<void> {
    try {
      const refused = await this.route(invite);
      if (refused) await this.refuse(invite, refused);
    } catch (error) {
      log('calls').error({ extension: invite.extension.number, error: messageOf(error) }, 'no call out');
      await this.refuse(invite, 'not-possible-now');
    }
  }

  /** @returns why the call is not made; undefined where somebody has taken it */
  private async route(invite: DeviceInvite): Promise<Refused | undefined> {
    const { extension } = invite;
    const dialled = readDialled(this.provisioning.snapshot, extension.companyId, invite.dialled);
    switch (dialled.kind) {
      case 'client-code': {
        const client = await this.numbers.clientOf(extension, dialled.code);
        if (!client) return 'no-such-client';
        return void (await this.outbound.handle(invite, { client, by: 'code' }));
      }
      case 'feature': {
        const feature = this.features.get(dialled.code);
        if (!feature) return 'unknown-feature';
        return void (await feature(invite, dialled.argument));
      }
      case 'extension':
        return void (await this.internal.handle(invite, dialled.extension));
      case 'number': {
        if (!extension.dialsNumbers) return 'raw-number';
        const client = await this.numbers.clientWith(dialled.number, extension.companyId);
        return void (await this.outbound.handle(invite, { client, by: 'number' }));
      }
      case 'emergency':
        return void (await this.outbound.handle(invite, { emergency: dialled.number, by: 'emergency' }));
      case 'wrong-code':
        return 'wrong-code';
      case 'nothing':
        return 'unreadable-number';
      default:
        return dialled satisfies never;
    }
  }

  /** Written down first, then told. */
  private async refuse(invite: DeviceInvite, reason: Refused): Promise<void> {
    await this.spoken.refuse(invite, { reason, ...REFUSED[reason] });
  }
}
