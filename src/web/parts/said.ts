import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { said } from '../i18n/en/said.js';

type Key = keyof typeof said;

const VALUE = /\{\{(\w+)\}\}/g;
const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const SENTENCES = (Object.entries(said) as [Key, string][]).map(([key, sentence]) => ({
  key,
  names: [...sentence.matchAll(VALUE)].map(([, name]) => name as string),
  pattern: new RegExp(
    `^${sentence
      .split(/\{\{\w+\}\}/)
      .map(literally)
      .join('(.+)')}$`,
  ),
}));

/** @returns which of the sentences of i18n/en/said.ts this is, with its values; undefined for one that stands in none */
export function sentenceOf(message: string): { key: Key; values: Record<string, string> } | undefined {
  for (const { key, names, pattern } of SENTENCES) {
    const values = pattern.exec(message);
    if (values)
      return { key, values: Object.fromEntries(names.map((name, at) => [name, values[at + 1] ?? ''])) };
  }
  return undefined;
}

/** @returns a function that says in the person's language what the server said in English */
export function useSaid(): (message: string) => string {
  const { t } = useTranslation();
  const say = t as (key: string, values: Record<string, string>) => string;
  return useCallback(
    (message) => {
      const sentence = sentenceOf(message);
      return sentence ? say(`said.${sentence.key}`, sentence.values) : message;
    },
    [say],
  );
}
