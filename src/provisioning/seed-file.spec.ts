import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSeed, SeedError } from './seed-file.js';

const DEMO = resolve(import.meta.dirname, '../../config/demo.yaml');

describe('the seed file', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'linekeeper-seed-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const mistakesOf = (text: string): string[] => {
    const path = join(folder, 'seed.yaml');
    writeFileSync(path, text);
    try {
      readSeed(path);
    } catch (error) {
      if (error instanceof SeedError) return error.mistakes.map((line) => line.replace(`${path}: `, ''));
      throw error;
    }
    return [];
  };

  test('of the demo is one number, answered by three managers together', () => {
    const seed = readSeed(DEMO);
    expect(seed.companyNumbers).toEqual([
      expect.objectContaining({ number: '+74950000100', group: 'sales' }),
    ]);
    expect(seed.ringGroups).toEqual([
      expect.objectContaining({ strategy: 'all', ringTimeoutS: 20, members: ['101', '102', '103'] }),
    ]);
    expect(seed.people.filter(({ role }) => role === 'manager').map(({ extension }) => extension)).toEqual([
      '101',
      '102',
      '103',
    ]);
  });

  test('is refused with one line for each mistake, and its place', () => {
    expect(
      mistakesOf(`
company: { name: X, country: Russia }
extensions: [{ number: '1', name: A, sipPassword: short }]
trunks: [{ name: t, kind: pigeon, host: 127.0.0.1 }]
colour: blue
`),
    ).toEqual([
      'company.country is not the two letters of a country (ISO 3166-1), as in RU',
      'extensions.0.number is not 2 to 6 digits',
      expect.stringMatching(/^extensions.0.sipPassword /),
      expect.stringMatching(/^trunks.0.kind /),
      expect.stringMatching(/^the file .*colour/),
    ]);
  });

  test('names nothing that it does not have, and nothing twice', () => {
    expect(
      mistakesOf(`
company: { name: X, country: RU }
extensions:
  - { number: '101', name: A, sipPassword: secret101 }
  - { number: '101', name: B, sipPassword: secret101 }
ringGroups: [{ name: sales, members: ['101', '109'], overflow: night }]
companyNumbers: [{ number: '+74950000100', name: Main, group: support }]
people: [{ email: m@example.com, password: long enough for it, role: manager, extension: '108' }]
`),
    ).toEqual([
      'ringGroups.0.members.1 names 109, which is no extension of this file',
      'ringGroups.0.overflow names night, which is no ring group of this file',
      'companyNumbers.0.group names support, which is no ring group of this file',
      'people.0.extension names 108, which is no extension of this file',
      'extensions has 101 twice',
    ]);
  });

  test('that is no YAML, or not there, is one line', () => {
    expect(mistakesOf('company: [unclosed')).toHaveLength(1);
    expect(() => readSeed(join(folder, 'nowhere.yaml'))).toThrow(/nowhere.yaml: .*ENOENT/);
  });
});
