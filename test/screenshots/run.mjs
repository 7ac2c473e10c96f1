#!/usr/bin/env node
// `npm run screenshots [-- folder] [--only wall,debts] [--readme]`: pictures of every page, light and dark, in both
// languages, on a desktop and on a phone, of a control plane that runs with calls of real phones.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { parseArgs } from 'node:util';
import { atKeyboard, build, demandNode, installPackages, root, say, SetUpError } from '../../src/set-up.mjs';

const LIMIT_MIN = 10;
const README_PICTURES = join(root, 'docs', 'images');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, readme: { type: 'boolean', default: false } },
});
const folder = resolve(positionals[0] ?? 'screenshots');

await atKeyboard(async () => {
  demandNode();
  await installPackages();
  await build();
  mkdirSync(folder, { recursive: true });
  const begun = Date.now();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.png'))) {
    if (!values.only && !values.readme) rmSync(join(folder, name));
  }
  say('playing a day of calls, then drawing the pages');
  const code = await draw();
  const made = readdirSync(folder).filter(
    (name) => name.endsWith('.png') && statSync(join(folder, name)).mtimeMs >= begun,
  );
  const bytes = made.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  say(`${made.length} pictures in ${folder}, ${(bytes / 1e6).toFixed(1)} MB`);
  if (values.readme) say(`README's pictures are in ${README_PICTURES}`);
  if (code !== 0) throw new SetUpError('not every picture could be made: what failed stands above');
});

/** @returns the exit code */
function draw() {
  return new Promise((done) => {
    const child = spawn(
      'npm',
      ['run', '--silent', 'jest', '--', '--selectProjects', 'screenshots', '--forceExit'],
      {
        cwd: root,
        detached: true, // its own process group: the limit ends its workers too
        stdio: ['ignore', 'inherit', 'inherit'],
        env: {
          ...process.env,
          SCREENSHOTS_FOLDER: folder,
          SCREENSHOTS_ONLY: values.only?.replaceAll(',', '|') ?? '',
          SCREENSHOTS_README: values.readme ? README_PICTURES : '',
        },
      },
    );
    const limit = setTimeout(() => {
      say(`took longer than ${LIMIT_MIN} minutes`);
      process.kill(-child.pid, 'SIGKILL');
    }, LIMIT_MIN * 60_000);
    child.once('close', (code) => {
      clearTimeout(limit);
      done(code ?? 1);
    });
  });
}
