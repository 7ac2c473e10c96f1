#!/usr/bin/env node
// `npm run up`: packages and build where they are missing or old, then the product in the foreground.
// Ctrl-C and SIGTERM go on to the product, which drains its calls and stops its children; its exit code is ours.
import { spawn } from 'node:child_process';
import { atKeyboard, build, controlPlane, demandNode, installPackages, say } from './set-up.mjs';

/** @returns the exit code of the product */
function start() {
  return new Promise((done) => {
    // The child gets signals from us alone (not a second one from the terminal): a second Ctrl-C means "now".
    const child = spawn(process.execPath, controlPlane, {
      stdio: 'inherit',
      detached: true,
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.once('close', (code) => done(code ?? 1));
  });
}

await atKeyboard(async () => {
  demandNode();
  await installPackages();
  await build();
  say('starting Linekeeper');
  process.exitCode = await start();
});
