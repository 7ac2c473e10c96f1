import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Translation } from './translation.js';

export const LANGUAGES = { en: 'English', ru: 'Русский' } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = 'linekeeper.language';

/** A language is loaded when it is first chosen. */
const texts: Record<Language, () => Promise<Translation>> = {
  en: async () => (await import('./en.js')).en,
  ru: async () => (await import('./ru.js')).ru,
};

/** What the person chose, or what the browser asks for. */
function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'en' || stored === 'ru') return stored;
  return navigator.languages.some((language) => language.startsWith('ru')) ? 'ru' : 'en';
}

/** To be awaited before the first page is drawn. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: 'none',
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  await speak(preferred());
}

/** Changes the language of all pages, and keeps the choice. */
export async function choose(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await speak(language);
}

async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', await texts[language]());
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
