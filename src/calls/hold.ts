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
  private readonly turns = new WeakMap<MediaLeg, Promise<void>>();

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
    void this.inTurn(heldLeg, () =>
      holds ? this.play(call, heldLeg, by === 'manager') : heldLeg.stopPlaying(),
    );
    call.changed({ kind: holds ? 'held' : 'retrieved', by });
    void this.ledger.held(call, by, holds);
  }

  /** The parties were joined anew: whoever is held hears it again. */
  async resume(call: LiveCall): Promise<void> {
    const { talk } = call;
    for (const [party, leg, isClient] of [
      [talk?.manager, talk?.client.leg, true],
      [talk?.client, talk?.manager.leg, false],
    ] as const) {
      if (party?.holds && leg) await this.inTurn(leg, () => this.play(call, leg, isClient));
    }
  }

  /** One after another on each leg: who is taken back at once is not left with a tone that was still on its way. */
  private inTurn(leg: MediaLeg, step: () => Promise<void>): Promise<void> {
    const turn = (this.turns.get(leg) ?? Promise.resolve()).then(step);
    this.turns.set(
      leg,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async play(call: LiveCall, leg: MediaLeg, isClient: boolean): Promise<void> {
    const country = this.provisioning.snapshot.companies.get(call.companyId)?.country ?? '';
    const prompt = isClient
      ? this.prompts.get('please-hold', languageOf(country), call.companyId)
      : undefined;
    await leg.stopPlaying();
    if (prompt) await leg.play(prompt.path);
    await leg.playTone(HOLD_TONE); // waits for the prompt's end
  }
}
