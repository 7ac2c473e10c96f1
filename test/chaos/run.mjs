#!/usr/bin/env node
// `npm run chaos -- --minutes N --seed S [--rate R]`: calls of random kinds while random processes of the product are
// killed, stopped and restarted; then every INVITE that SIPp, the carrier, saw answered must be in the ledger, and
// nothing open.
// --postgres-away SECONDS: this in place of the random faults; then no call at all may be refused.
// --planes 2: a second control plane beside the first. --plan prints what would happen. ENGINE=external with DRACHTIO_BIN and FREESWITCH_BIN: on the real servers.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { atKeyboard, build, demandNode, installPackages, say, SetUpError } from '../../src/set-up.mjs';
import { planOf } from './plan.mjs';
import { summaryOf } from './summary.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '2' },
    redis: { type: 'boolean' },
    planes: { type: 'string' },
    'postgres-away': { type: 'string' },
    plan: { type: 'boolean' },
    keep: { type: 'boolean' },
  },
});

function positive(name) {
  const number = Number(values[name]);
  if (!(number > 0)) throw new SetUpError(`--${name} ${values[name]} is no number above 0`);
  return number;
}

const isThere = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

await atKeyboard(async () => {
  demandNode();
  const engine = process.env.ENGINE === 'external' ? 'external' : 'embedded';
  const programs = { drachtioBin: process.env.DRACHTIO_BIN, freeswitchBin: process.env.FREESWITCH_BIN };
  if (engine === 'external' && !(programs.drachtioBin && programs.freeswitchBin)) {
    throw new SetUpError(
      'ENGINE=external needs DRACHTIO_BIN and FREESWITCH_BIN: the paths of the two programs',
    );
  }
  if (!isThere('sipp')) throw new SetUpError('the carrier is SIPp: install the Debian package sip-tester');
  const withRedis = values.redis ?? (engine === 'external' && isThere('redis-server'));
  await installPackages();
  await build();
  const { victimWeights } = await import('./boxes.mjs');
  const planes = Number(values.planes ?? (engine === 'external' ? 2 : 1));
  if (planes !== 1 && !(planes === 2 && engine === 'external'))
    throw new SetUpError(
      '--planes is 1, or 2 on the real servers: the embedded engine has one control plane',
    );
  const wish = {
    seed: values.seed,
    minutes: positive('minutes'),
    rate: positive('rate'),
    ...(values['postgres-away'] && { postgresAwayS: positive('postgres-away') }),
  };
  const plan = planOf({ ...wish, victims: victimWeights(engine, { withRedis, planes }) });
  if (values.plan) {
    process.stdout.write(`${JSON.stringify(plan, undefined, 1)}\n`);
    return;
  }
  say(`${plan.calls.length} calls, ${plan.faults.length} faults, ${engine} engine, seed ${values.seed}`);
  const { runCampaign } = await import('./campaign.mjs');
  const result = await runCampaign(
    { ...wish, engine, planes, withRedis, programs, keep: values.keep },
    plan,
    say,
  );
  process.stdout.write(`${summaryOf(result, { ...wish, engine, planes, withRedis }).join('\n')}\n`);
  process.exitCode = result.losses.length + result.left.length > 0 ? 1 : 0;
});
