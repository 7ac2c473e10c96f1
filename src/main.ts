import 'reflect-metadata';
import { startLinekeeper, type Linekeeper } from './bootstrap.js';
import { AppError, messageOf } from './common/app-error.js';
import { endIfHanging } from './common/hang-watch.js';
import { readSettings, SettingsError, type Settings } from './common/env.js';
import { configureLog, log } from './common/log.js';
import { takePrecedence } from './common/priority.js';

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

/** Ends with 2 for mistakes in the settings, with 1 for anything else that went wrong. */
async function main(): Promise<void> {
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    error.mistakes.forEach(complain);
    process.exit(2);
  }
  configureLog(settings.LOG_LEVEL);
  takePrecedence();
  endIfHanging();
  const startedAt = performance.now();
  const progress = (part: string) =>
    say(`  ready: ${part} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  const linekeeper = await startLinekeeper(settings, progress);
  welcome(settings, linekeeper.started);
  stopOnSignals(linekeeper);
  void linekeeper.lost.then(async (what) => {
    complain(`${what} ended by itself; stopping, so that a supervisor starts everything anew`);
    await linekeeper.stop();
    process.exit(1);
  });
}

function welcome(settings: Settings, { adminEmail, generatedPassword }: Linekeeper['started']): void {
  const host = settings.LISTEN_IP;
  say('');
  say('Linekeeper is up.');
  say(`  web       http://${host}:${settings.HTTP_PORT}/`);
  say(`  SIP       ${host}:${settings.SIP_PORT} (udp, tcp)   ws://${host}:${settings.SIP_WS_PORT}`);
  say(
    `  sign-in   ${adminEmail}${generatedPassword ? ` with password (shown only now) ${generatedPassword}` : ''}`,
  );
  if (settings.SEED === 'demo') {
    say('  phones    extensions 101, 102, 103 with passwords secret101, secret102, secret103');
    say('  call      +74950000100 from any SIP client on this machine');
    if (settings.loopbackOnly)
      say(`  browser   http://${host}:${settings.HTTP_PORT}/try plays a client who calls`);
    say('Try next: npm run simulate');
  }
}

/** The first signal drains: no new calls, those in progress may end. The second stops at once. */
function stopOnSignals(linekeeper: Linekeeper): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) {
      void end(linekeeper.stop());
      return;
    }
    stopping = true;
    const calls = linekeeper.liveCalls;
    say(calls === 0 ? 'Stopping.' : `Waiting for ${calls} calls to end; Ctrl-C again ends them now.`);
    void end(linekeeper.drainAndStop());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

async function end(stopped: Promise<void>): Promise<void> {
  try {
    await stopped;
    process.exit(0);
  } catch (error) {
    complain(messageOf(error));
    process.exit(1);
  }
}

// A bug in one call's path must not end the others' calls.
process.on('unhandledRejection', (error) =>
  log('main').error({ error: messageOf(error) }, 'unhandled rejection'),
);

main().catch((error: unknown) => {
  complain(
    error instanceof AppError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error),
  );
  process.exit(1);
});
