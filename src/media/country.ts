import type { Language } from './prompts.js';

/** What a caller hears while a phone rings, by country (ITU-T E.180), as FreeSWITCH tone_streams. */
const BY_COUNTRY: Readonly<Record<string, string>> = {
  RU: '%(1000,4000,425)',
  DE: '%(1000,4000,425)',
  FR: '%(1500,3500,440)',
  GB: '%(400,200,400,450);%(400,2000,400,450)',
  US: '%(2000,4000,440,480)',
  CA: '%(2000,4000,440,480)',
};

const RUSSIAN = new Set(['RU', 'BY', 'KZ', 'KG']);
const ETSI = '%(1000,4000,425)';

/**
 * @param country ISO 3166-1 alpha-2
 * @returns a tone without end: `;loops=-1`, for FreeSWITCH 1.11 plays TGML's `L=-1` once
 */
export const ringbackOf = (country: string): string =>
  `tone_stream://${BY_COUNTRY[country] ?? ETSI};loops=-1`;

/** The language a company's callers are spoken to. */
export const languageOf = (country: string): Language => (RUSSIAN.has(country) ? 'ru' : 'en');

/** The language a manager is spoken to: his own, or the company's. */
export const languageTo = ({ language }: { language: Language | null }, country: string): Language =>
  language ?? languageOf(country);
