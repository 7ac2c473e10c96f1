// What a browser loads before the first page stands: entry, what it imports, styles, one language, the Latin letters.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/set-up.mjs';

const WEB = join(root, 'dist', 'web');
const ALSO = /^(i18n\/ru\.ts|supervisor\/wall\.tsx)$/;
const FONTS = /inter-(latin|cyrillic)-wght-normal/;

/** @returns bytes as they are sent, compressed, with the larger language and its first page */
export function firstLoad() {
  const manifest = JSON.parse(readFileSync(join(WEB, '.vite', 'manifest.json'), 'utf8'));
  const files = new Set(['index.html']);
  const take = (name) => {
    const { file, css = [], imports = [], assets = [] } = manifest[name];
    if (files.has(file)) return;
    for (const one of [file, ...css, ...assets.filter((asset) => FONTS.test(asset))]) files.add(one);
    imports.forEach(take);
  };
  take('index.html');
  Object.keys(manifest)
    .filter((name) => ALSO.test(name))
    .forEach(take);
  return [...files].reduce((sum, file) => {
    const path = join(WEB, file);
    return sum + statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
  }, 0);
}
