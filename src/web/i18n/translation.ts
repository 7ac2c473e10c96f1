import type { Texts } from './en.js';

type PluralForms = 'zero' | 'one' | 'two' | 'few' | 'many';
type Plurals<Key> = Key extends `${infer Base}_other` ? `${Base}_${PluralForms}` : never;

/** The same keys in another language; it may have plural forms that English has not (CLDR plural rules). */
export type Translated<T> = { [Key in keyof T]: T[Key] extends string ? string : Translated<T[Key]> } & {
  [Key in Plurals<keyof T>]?: string;
};
export type Translation = Translated<Texts>;
