import { Injectable } from '@nestjs/common';
import { languageOf } from '../media/country.js';
import type { MediaLeg } from '../media/media-leg.js';
import { Prompts } from '../media/prompts.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { holdsAudio } from '../sip/offer.js';
import type { LiveCall } from './live-call.js';
import type { Party } from './party.js';
import { TalkLedger } from './talk-ledger.js';

/** Heard while the other side holds: two soft notes, and a pause. */
export const HOLD_TONE = 'tone_stream://v=-18;%(400,150,523);%(400,5000,659);loops=-1';

/** Hold and retrieve: whoever is held hears that he is, and the recording runs on. */
@Injectable()
export class Hold {
  constructor(
    private readonly ledger: TalkLedger,
    private readonly prompts: Prompts,
    private readonly provisioning: Provisioning,
  ) {}

  /** A party's new SDP (RFC 3264 §8.4): he puts the other side on hold, takes it back, or neither. */
  follow(call: LiveCall, by: 'client' | 'manager', party: Party, sdp: string): void {
    const holds = holdsAudio(sdp);
    if (holds === (party.holds ?? false)) return;
    party.holds = holds;
    if (call.talk?.[by].dialog !== party.dialog) return; // he waits, or has left the call
    const heldLeg = call.talk[by === 'client' ? 'manager' : 'client'].leg;
    void (holds ? this.play(call, heldLeg, by === 'manager') : heldLeg.stopPlaying());
    call.changed({ kind: holds ? 'held' : 'retrieved', by });
    void this.ledger.held(call, by, holds);
  }

  /** The parties were joined anew: whoever is held hears it again. */
  async resume(call: LiveCall): Promise<void> {
    const { talk } = call;
    if (talk?.manager.holds) await this.play(call, talk.client.leg, true);
    if (talk?.client.holds) await this.play(call, talk.manager.leg, false);
  }

  private async play(call: LiveCall, leg: MediaLeg, isClient: boolean): Promise<void> {
    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    const prompt = isClient ? this.prompts.get('please-hold', languageOf(country)) : undefined;
    await leg.stopPlaying();
    if (prompt) await leg.play(prompt.path);
    await leg.playTone(HOLD_TONE); // waits for the prompt's end
  }
}
