import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { Prompts, type Language } from '../media/prompts.js';
import type { CompanyConfig } from '../provisioning/config.js';
import { onKeys } from './keypad.js';
import type { Party } from './party.js';
import { menuPrompts, MENU_SIZE, type MenuClient } from './spoken-menu.js';

const PIN_TRIES = 3;
/** How long a question waits for a key once it has been said. */
const WAIT_MS = 5_000;
const MENU_TIMES = 2;

/** A manager's mobile that was answered, to be asked something. */
export interface Asked {
  party: Party;
  company: CompanyConfig;
  language: Language;
  /** It hung up. */
  gone: AbortSignal;
}

/** Asks whoever calls from a manager's mobile. */
@Injectable()
export class MobileQuestions {
  constructor(private readonly prompts: Prompts) {}

  /** @returns whether the PIN was pressed, at the third try at the latest */
  async knowsPin(asked: Asked, pin: string): Promise<boolean> {
    for (let tries = 0; tries < PIN_TRIES && !asked.gone.aborted; tries++) {
      const prompts = tries === 0 ? ['pin-enter'] : ['pin-wrong', 'pin-enter'];
      if ((await this.ask(asked, prompts, pin.length)) === pin) return true;
    }
    await this.say(asked, ['pin-wrong', 'goodbye'], asked.gone);
    return false;
  }

  /** @returns which of the clients was chosen; undefined for none of them, by 0 or by silence */
  async choose<C extends MenuClient>(asked: Asked, clients: readonly C[]): Promise<C | undefined> {
    const offered = clients.slice(0, MENU_SIZE);
    const prompts = menuPrompts(offered, clock.now(), asked.company.timeZone ?? undefined);
    for (let times = 0; times < MENU_TIMES && !asked.gone.aborted; times++) {
      const digit = await this.ask(asked, prompts, 1);
      if (digit === '0') return undefined;
      const chosen = digit && offered[Number(digit) - 1];
      if (chosen) return chosen;
    }
    return undefined;
  }

  /** Says it, and takes keys while it is said and for a time after. @returns those pressed; '' for none */
  private async ask(asked: Asked, prompts: readonly string[], count: number): Promise<string> {
    const { party, gone } = asked;
    const over = new AbortController();
    const hush = new AbortController(); // a key cuts the question short
    const keys = await new Promise<string>((settle) => {
      let pressed = '';
      let timer: NodeJS.Timeout | undefined;
      const wait = () => {
        clearTimeout(timer);
        if (!over.signal.aborted) timer = setTimeout(() => settle(pressed), WAIT_MS);
      };
      const stopKeys = onKeys(party, (key) => {
        if (pressed === '') void party.leg.stopPlaying();
        hush.abort();
        pressed += key;
        if (pressed.length >= count) settle(pressed);
        else wait();
      });
      const onGone = () => settle('');
      over.signal.addEventListener('abort', () => {
        stopKeys();
        clearTimeout(timer);
        gone.removeEventListener('abort', onGone);
      });
      gone.addEventListener('abort', onGone);
      if (gone.aborted) onGone();
      void this.say(asked, prompts, AbortSignal.any([hush.signal, over.signal])).then(wait);
    });
    over.abort();
    return keys;
  }

  private async say({ party, language }: Asked, names: readonly string[], stop: AbortSignal): Promise<void> {
    for (const name of names) {
      if (stop.aborted) return;
      const prompt = this.prompts.get(name, language);
      if (prompt) await party.leg.playPrompt(prompt, stop);
    }
  }
}
