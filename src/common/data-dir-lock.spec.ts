import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDir } from './data-dir-lock.js';

describe('lockDataDir', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'linekeeper-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps a second process out until the first has ended', () => {
    const free = lockDataDir(folder);
    expect(() => lockDataDir(folder)).toThrow(/^DATA_DIR .* is in use by another Linekeeper \(process \d+\)/);
    free();
    lockDataDir(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', '999999999 1'],
    ['of a process whose number another one has now', `${process.pid} 1`],
    ['that is damaged', 'x'],
    ['that is empty', ''],
  ])('takes over a lock %s', (_, content) => {
    writeFileSync(join(folder, 'linekeeper.pid'), content);
    const free = lockDataDir(folder);
    expect(() => lockDataDir(folder)).toThrow(/is in use/);
    free();
  });
});
