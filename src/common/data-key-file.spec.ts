import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataKeyFile } from './data-key-file.js';

const [one, other] = [Buffer.alloc(32, 3), Buffer.alloc(32, 4)];

describe('the data key file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'linekeeper-key-'));
    path = join(folder, 'data.key');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, readable by its owner alone', () => {
    const [first] = new DataKeyFile({ DATA_DIR: folder }).read();
    expect(first).toHaveLength(32);
    expect(new DataKeyFile({ DATA_DIR: folder }).read()).toEqual([first]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not made where DATA_KEY is given, which comes first', () => {
    const file = new DataKeyFile({ DATA_DIR: folder, DATA_KEY: one.toString('base64') });
    expect(file.read()).toEqual([one]);
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, other.toString('base64'));
    expect(file.read()).toEqual([one, other]);
  });

  it('is where DATA_KEY_FILE says, and must be there', () => {
    const elsewhere = join(folder, 'elsewhere');
    const file = new DataKeyFile({ DATA_DIR: folder, DATA_KEY_FILE: elsewhere });
    expect(() => file.read()).toThrow(/DATA_KEY_FILE .*elsewhere is not there/);
    writeFileSync(elsewhere, `${one.toString('base64')}\n`);
    expect(file.read()).toEqual([one]);
    expect(existsSync(path)).toBe(false);
  });

  it('holds several keys, the newest first, each once', () => {
    writeFileSync(path, one.toString('base64'));
    const file = new DataKeyFile({ DATA_DIR: folder });
    file.add(other);
    file.add(other);
    expect(file.read()).toEqual([other, one]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['data.key']);
  });

  it('forgets keys, but never the last', () => {
    writeFileSync(path, `${other.toString('base64')}\n${one.toString('base64')}\n`);
    const file = new DataKeyFile({ DATA_DIR: folder });
    file.keep([other]);
    expect(readFileSync(path, 'utf8')).toBe(`${other.toString('base64')}\n`);
    file.keep([]);
    expect(file.read()).toEqual([other]);
  });

  it.each(['c2hvcnQ=', '', `${one.toString('base64')}\nnonsense\n`])(
    'says that it is damaged: %j',
    (text) => {
      writeFileSync(path, text);
      expect(() => new DataKeyFile({ DATA_DIR: folder }).read()).toThrow(/data\.key is damaged/);
    },
  );
});
