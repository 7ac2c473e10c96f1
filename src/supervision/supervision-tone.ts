import { Injectable } from '@nestjs/common';
import { Provisioning } from '../provisioning/provisioning.js';
import { CallLegs } from './call-legs.js';
import type { WatchedCall } from './watched-call.js';

/**
 * Tells both sides that a supervisor takes part, where the company has set a tone for it. It stands in the recording, as
 * the client hears it: that they were told can be proved.
 */
@Injectable()
export class SupervisionTone {
  /** Calls with somebody on hold, who hears it when he is taken back. */
  private readonly owed = new Set<string>();

  constructor(
    private readonly legs: CallLegs,
    private readonly provisioning: Provisioning,
  ) {}

  /** Done when it is ordered, not when it is heard. */
  async play(call: WatchedCall): Promise<void> {
    const { id, state } = call.view;
    const { companyId } = call.audience;
    const tone = this.provisioning.snapshot.companies.get(companyId)?.supervisionTone;
    if (!tone) return;
    // While somebody holds, the other hears music, and he himself nothing.
    const legs = state === 'talking' ? await this.legs.find(companyId, id) : undefined;
    if (!legs) return void this.owed.add(id);
    this.owed.delete(id);
    const script = `%(${tone.ms},0,${tone.hertz})`;
    for (const uuid of [legs.client, legs.manager]) void legs.server.playTone(uuid, script, tone.ms);
  }

  /** The call has changed: they may hear each other again. */
  async catchUp(call: WatchedCall): Promise<void> {
    if (this.owed.has(call.view.id)) await this.play(call);
  }

  forget(callId: string): void {
    this.owed.delete(callId);
  }
}
