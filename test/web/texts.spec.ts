import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { clientChange } from '../../src/contracts/clients.js';
import { personChange } from '../../src/contracts/identity.js';
import {
  companyChange,
  companyNumberChange,
  diallingRulesChange,
  extensionChange,
  groupChange,
  trunkChange,
} from '../../src/contracts/provisioning.js';
import { recordingRuleChange } from '../../src/contracts/recordings.js';
import { ENDINGS } from '../../src/calls/call-endings.js';
import { RIGHTS } from '../../src/identity/rights.js';
import { LEDGER_KINDS } from '../../src/ledger/ledger-kinds.js';
import { KINDS } from '../../src/web/admin/ledger-kinds.js';
import { en } from '../../src/web/i18n/en.js';
import { said } from '../../src/web/i18n/en/said.js';
import { words } from '../../src/web/i18n/en/words.js';
import { keyOf } from '../../src/web/i18n/name-key.js';
import { PAGES } from './pages.js';

const SRC = resolve(import.meta.dirname, '../../src');

const filesBelow = (folder: string, pattern: RegExp): string[] =>
  readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name) && !name.endsWith('.spec.ts'))
    .map((name) => readFileSync(join(SRC, folder, name), 'utf8'));

type Tree = { [key: string]: string | Tree };
const keysOf = (tree: Tree, prefix = ''): string[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The sentences that stand at a field of this name; what a template holds is `1`. */
const sentencesOf = (field: string, sources: string[]): string[] =>
  sources.flatMap((source) =>
    [...source.matchAll(new RegExp(`\\b${field}:\\s*(['\`])((?:(?!\\1)[^\\\\]|\\\\.)*)\\1`, 'g'))].map(
      ([, , sentence]) => (sentence as string).replace(/\$\{[^}]+\}/g, '1'),
    ),
  );
const SAID = Object.values(said).map(
  (sentence) =>
    new RegExp(
      `^${sentence
        .split(/\{\{\w+\}\}/)
        .map(literally)
        .join('.+')}$`,
    ),
);
const isUnsaid = (sentence: string) => !SAID.some((pattern) => pattern.test(sentence));

describe('what the pages say', () => {
  test.each([
    ['entry of the ledger', words.kind, Object.keys(LEDGER_KINDS)],
    ['right', words.right, Object.keys(RIGHTS)],
    ['ending', words.ending, Object.keys(ENDINGS)],
  ])('has words for every %s', (_, section, names) => {
    expect(names.filter((name) => !(keyOf(name) in section))).toEqual([]);
    // and for nothing that is no more
    expect(Object.keys(section).sort()).toEqual(names.map(keyOf).sort());
  });

  test('has every kind of entry among the ledger’s filters', () => {
    expect([...KINDS].sort()).toEqual(Object.keys(LEDGER_KINDS).sort());
  });

  test('has in both languages whatever the server’s schemas say of input', () => {
    const sources = [
      ...filesBelow('contracts', /\.ts$/),
      ...filesBelow('http', /^conflicts\.ts$/),
      ...filesBelow('provisioning', /\.ts$/),
      ...filesBelow('recordings', /\.ts$/),
    ];
    const messages = sentencesOf('message', sources);
    expect(messages.length).toBeGreaterThan(30);
    expect(messages.filter(isUnsaid)).toEqual([]);
  });

  test('has in both languages whatever the parts of the server say of their health', () => {
    const sources = ['health', 'jobs', 'sip', 'media', 'common'].flatMap((folder) =>
      filesBelow(folder, /^[\w.-]*(module|health-indicators|jobs)\.ts$/),
    );
    const details = sentencesOf('detail', sources);
    expect(details.length).toBeGreaterThan(3);
    expect(details.filter(isUnsaid)).toEqual([]);
  });

  test('is said somewhere: no text stands there for nothing', () => {
    const source = filesBelow('web', /^(?!i18n\/(en|ru)).*\.tsx?$/).join('\n');
    const patterns = [...source.matchAll(/`([a-z]\w*\.[\w.-]*\$\{[^`]+)`/g)].map(
      ([, template]) =>
        new RegExp(
          `^${(template as string)
            .split(/\$\{[^}]+\}/)
            .map(literally)
            .join('[\\w-]+')}$`,
        ),
    );
    // Looked up by a name of the server's (i18n/names.ts).
    const named = /^(kind|right|ending|made|health\.part)\./;
    const unsaid = [...new Set(keysOf(en).map((key) => key.replace(/_(one|other)$/, '')))].filter(
      (key) =>
        !named.test(key) && !source.includes(`'${key}'`) && !patterns.some((pattern) => pattern.test(key)),
    );
    expect(unsaid).toEqual([]);
  });
});

test('every field that can be set through the API stands on a page', () => {
  const source = filesBelow('web', /\.tsx$/).join('\n');
  const settable = Object.entries({
    company: companyChange,
    'dialling rules': diallingRulesChange,
    extension: extensionChange,
    group: groupChange,
    number: companyNumberChange,
    trunk: trunkChange,
    person: personChange,
    client: clientChange,
    'recording rule': recordingRuleChange,
  }).flatMap(([what, schema]) => Object.keys(schema.shape).map((field) => ({ what, field })));
  // One by one, or in a list of fields that are drawn alike.
  const stands = ({ field }: { field: string }) =>
    new RegExp(`field\\('${field}'\\)|set\\(\\{ ${field}\\b|'${field}'[,\\]]`).test(source);
  expect(settable.length).toBeGreaterThan(50);
  expect(settable.filter((one) => !stands(one))).toEqual([]);
});

test('every route of the cabinets is among the pages that are tested', () => {
  const [routes = ''] = filesBelow('web', /^routes\.tsx$/);
  const paths = [...routes.matchAll(/page\('([^']+)'/g)].map(([, path]) => `/${path}`);
  const tested = new Set(Object.values(PAGES).flatMap((places) => places.map(({ path }) => path as string)));
  const elsewhere = ['/try', '/calls/:id', '/clients/:id']; // try.spec.ts, and the links of every-page.spec.ts
  expect(paths.length).toBeGreaterThan(15);
  expect(paths.filter((path) => !tested.has(path) && !elsewhere.includes(path))).toEqual([]);
});
