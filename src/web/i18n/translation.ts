import type { Texts } from './en.js';

type PluralForms = 'zero' | 'one' | 'two' | 'few' | 'many';
type Plurals<Key> = Key extends `${infer Base}_other` ? `${Base}_${PluralForms}` : never;

/** The same keys in another language; it may have plural forms that English has not (CLDR plural rules). */
type Same<T> = { [Key in keyof T]: T[Key] extends string ? string : Same<T[Key]> } & {
  [Key in Plurals<keyof T>]?: string;
};
export type Translation = Same<Texts>;
