import { Injectable } from '@nestjs/common';
import type { DeviceInvite } from '../sip/inbound-invite.js';

/** Takes the call of a device that dialled a feature code; it answers or refuses it. */
export type FeatureHandler = (invite: DeviceInvite, argument: string) => Promise<void>;

/** What the feature codes do: `*` and two digits at most, each registered once by the part that it belongs to. */
@Injectable()
export class FeatureCodes {
  private readonly handlers = new Map<string, FeatureHandler>();

  on(code: string, handler: FeatureHandler): void {
    if (this.handlers.has(code)) throw new Error(`the feature code ${code} is taken`);
    this.handlers.set(code, handler);
  }

  get(code: string): FeatureHandler | undefined {
    return this.handlers.get(code);
  }
}
