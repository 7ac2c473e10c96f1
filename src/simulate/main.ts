import { messageOf } from '../common/app-error.js';
import { readSettings } from '../common/env.js';
import { playScenes } from './scenes.js';
import { LedgerReader } from './ledger-reader.js';
import { tableOf } from './table.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Plays the calls against the Linekeeper of the settings, then prints what its ledger says of each. */
async function main(): Promise<void> {
  const settings = readSettings();
  const reader = await LedgerReader.signIn(
    `http://${settings.LISTEN_IP}:${settings.HTTP_PORT}`,
    settings.ADMIN_PASSWORD
      ? { email: settings.ADMIN_EMAIL, password: settings.ADMIN_PASSWORD }
      : { email: 'supervisor@example.com', password: 'supervisor-demo' },
  );
  const since = new Date().toISOString();
  const scenes = await playScenes({ ip: settings.LISTEN_IP, port: settings.SIP_PORT }, say);
  const calls = await reader.endedCalls(since, scenes.length);
  const followUps = await reader.followUps();

  say('');
  say('What the ledger says:');
  const rows = calls.map((call, index) => {
    const owed = followUps.find(({ firstCallId, lastCallId }) => [firstCallId, lastCallId].includes(call.id));
    const settled = followUps.find(({ closedByCallId }) => closedByCallId === call.id);
    return {
      scene: scenes[index] ?? '',
      client: call.client?.code ?? 'withheld',
      outcome: call.outcome ?? '',
      'ended by': call.endedBy ?? '',
      manager: call.manager ? `${call.manager.number} ${call.manager.name}` : '',
      talked: secondsBetween(call.answeredAt, call.endedAt),
      recorded: call.recordingId ? 'yes' : '',
      'follow-up': owed
        ? owed.closedAt
          ? 'opened, closed since'
          : 'owed'
        : settled
          ? 'closed by this call'
          : '',
    };
  });
  for (const line of tableOf(rows)) say(line);
}

const secondsBetween = (from: string | null, to: string | null): string =>
  from && to ? `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s` : '';

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
