import { en } from './en.js';
import { ru } from './ru.js';

type Tree = { [key: string]: string | Tree };
const FORM = /_(zero|one|two|few|many|other)$/;

/** Every text by its whole key; plural forms under the key without their form. */
const textsOf = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : textsOf(value, `${prefix}${key}.`),
  );
const namesOf = (tree: Tree) => new Set(textsOf(tree).map(([key]) => key.replace(FORM, '')));
const LANGUAGES: [string, Tree][] = [
  ['en', en],
  ['ru', ru as unknown as Tree],
];

describe('the texts of the pages', () => {
  test('have the same keys in both languages', () => {
    expect([...namesOf(ru as unknown as Tree)].sort()).toEqual([...namesOf(en)].sort());
  });

  test.each(LANGUAGES)('have every plural form that %s knows', (language, tree) => {
    const texts = new Map(textsOf(tree));
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const plurals = [...texts.keys()].filter((key) => FORM.test(key)).map((key) => key.replace(FORM, ''));
    const missing = [...new Set(plurals)].flatMap((base) =>
      pluralCategories.map((form) => `${base}_${form}`).filter((key) => !texts.has(key)),
    );
    expect(plurals.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });

  test('name the same values in both languages', () => {
    const valuesOf = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    const russian = new Map(textsOf(ru as unknown as Tree));
    const different = textsOf(en).filter(
      ([key, text]) => String(valuesOf(text)) !== String(valuesOf(russian.get(key) ?? text)),
    );
    expect(different).toEqual([]);
  });

  test('say something each', () => {
    const silent = LANGUAGES.flatMap(([, tree]) => textsOf(tree).filter(([, text]) => text.trim() === ''));
    expect(silent).toEqual([]);
  });
});
