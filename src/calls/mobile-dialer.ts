import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { languageTo } from '../media/country.js';
import type { MediaLeg } from '../media/media-leg.js';
import type { MediaServer } from '../media/media-server.js';
import { Prompts } from '../media/prompts.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { SipDialog } from '../sip/dialog.js';
import type { OtherTarget } from '../sip/leg-dialer.js';
import type { InviteTrace } from '../sip/pending-invite.js';
import { TrunkDialer } from '../sip/trunk-dialer.js';
import type { LiveCall } from './live-call.js';
import { pressedToAccept } from './press-to-accept.js';
import { hasMobile, ProxyLeases, type MobileExtension } from './proxy-leases.js';

/** How a mobile is rung. */
export interface MobileRing {
  /** Where its leg is made: the other party's, so that both can be joined. */
  server: MediaServer;
  timeoutMs: number;
}

/** A manager's mobile while it is rung; once answered and accepted it has a leg of its own. */
export class MobileTarget implements OtherTarget {
  readonly extensionId: string;
  readonly delayMs: number;
  readonly inPlaceOfDevices: boolean;
  /** When it began to ring; undefined where it never did. */
  startedAt?: string;
  leg?: MediaLeg;

  constructor(
    extension: MobileExtension,
    private readonly dial: (
      target: MobileTarget,
      signal: AbortSignal,
      onRinging: (trace: InviteTrace) => void,
    ) => Promise<SipDialog>,
  ) {
    this.extensionId = extension.id;
    this.delayMs = extension.mobileDelayMs;
    this.inPlaceOfDevices = extension.mobileMode === 'after';
  }

  ring(signal: AbortSignal, onRinging: (trace: InviteTrace) => void): Promise<SipDialog> {
    this.startedAt = clock.iso();
    return this.dial(this, signal, onRinging);
  }

  lost(): void {
    void this.leg?.end();
  }
}

/**
 * Rings managers' mobiles through the carrier. Each shows a company number, of the proxy pool where one is free for
 * it and this client; each has to be accepted by a key.
 */
@Injectable()
export class MobileDialer {
  constructor(
    private readonly trunks: TrunkDialer,
    private readonly leases: ProxyLeases,
    private readonly prompts: Prompts,
    private readonly provisioning: Provisioning,
  ) {}

  has(extensionId: string): boolean {
    return this.mobileOf(extensionId) !== undefined;
  }

  /** The mobiles that these extensions list, ready to be rung for a call. */
  targets(call: LiveCall, extensionIds: readonly string[], ring: MobileRing): MobileTarget[] {
    return extensionIds.flatMap((id) => {
      const extension = this.mobileOf(id);
      if (!extension) return [];
      return new MobileTarget(extension, (target, signal, onRinging) =>
        this.ring(call, extension, target, { ...ring, signal, onRinging }),
      );
    });
  }

  private mobileOf(extensionId: string): MobileExtension | undefined {
    const extension = this.provisioning.snapshot.extensions.get(extensionId);
    return extension && hasMobile(extension) ? extension : undefined;
  }

  private async ring(
    call: LiveCall,
    extension: MobileExtension,
    target: MobileTarget,
    {
      server,
      timeoutMs,
      signal,
      onRinging,
    }: MobileRing & { signal: AbortSignal; onRinging: (trace: InviteTrace) => void },
  ): Promise<SipDialog> {
    const [{ leg, offer }, shown] = await Promise.all([server.offer(), this.shown(call, extension)]);
    target.leg = leg;
    let dialog: SipDialog | undefined;
    try {
      dialog = await this.trunks.dial({
        companyId: call.companyId,
        number: extension.mobile.number,
        shown,
        offer,
        timeoutMs,
        signal,
        onProgress: (_, trace) => onRinging(trace),
      });
      await pressedToAccept({ dialog, leg }, this.prompt(extension), signal);
      return dialog;
    } catch (error) {
      await Promise.all([dialog?.bye(), leg.end()]);
      throw error;
    }
  }

  /** What the mobile shows; with it, the manager can call the client back. */
  private async shown(call: LiveCall, extension: MobileExtension): Promise<string> {
    const proxy = call.client && (await this.leases.lease(extension, call.client.id, call.id));
    return proxy ?? call.companyNumber ?? '';
  }

  private prompt(extension: MobileExtension) {
    const country = this.provisioning.snapshot.companies.get(extension.companyId)?.country ?? '';
    return this.prompts.get('press-1-to-accept', languageTo(extension, country));
  }
}
