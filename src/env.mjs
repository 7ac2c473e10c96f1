#!/usr/bin/env node
// `npm run env`: writes .env for docker compose, with new secrets. An .env that is there is never touched.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atKeyboard, root, SetUpError } from './set-up.mjs';

const secret = () => randomBytes(24).toString('base64url');

const lines = [
  '# The address of this machine that phones and the carrier reach.',
  'LISTEN_IP=127.0.0.1',
  'ADMIN_EMAIL=admin@example.com',
  `ADMIN_PASSWORD=${secret()}`,
  '# Seals client numbers: without it they can not be read any more. Keep a copy elsewhere.',
  `DATA_KEY=${randomBytes(32).toString('base64')}`,
  `POSTGRES_PASSWORD=${secret()}`,
  `REDIS_PASSWORD=${secret()}`,
  `DRACHTIO_SECRET=${secret()}`,
  `FREESWITCH_ESL_PASSWORD=${secret()}`,
];

await atKeyboard(async () => {
  const path = join(root, '.env');
  try {
    writeFileSync(path, `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error.code === 'EEXIST')
      throw new SetUpError('.env is there already; remove it first if its secrets are to change');
    throw new SetUpError(`.env can not be written: ${error.message}`);
  }
  process.stdout.write('.env written. Set LISTEN_IP in it, then: docker compose up -d\n');
});
