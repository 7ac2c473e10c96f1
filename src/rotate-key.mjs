#!/usr/bin/env node
// `npm run rotate-key`: replaces the data key, while the product runs or while it does not. Cut short, it goes on at
// the next run.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { atKeyboard, build, demandNode, installPackages, root } from './set-up.mjs';

await atKeyboard(async () => {
  demandNode();
  await installPackages();
  await build();
  process.exitCode = await new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'rotate-key', 'main.js')], {
      stdio: 'inherit',
    });
    process.once('SIGINT', () => child.kill('SIGTERM')).once('SIGTERM', () => child.kill('SIGTERM'));
    child.once('close', (code) => done(code ?? 1));
  });
});
