import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../common/app-error.js';
import { Phone } from '../simulate/phone.js';
import { Esl, PasswordRefused } from './esl.js';
import { well, wrong, type Finding } from './finding.js';
import { within } from './within.js';

const PROFILE = 'drachtio_mrf';
/** As FreeSWITCH names what SDP calls PCMA, PCMU, G722, opus. */
const CODECS: Readonly<Record<string, RegExp>> = {
  PCMA: /G\.711 alaw/i,
  PCMU: /G\.711 ulaw/i,
  G722: /G\.?722\b/i,
  opus: /opus/i,
};
const RECORD_MS = 400;
const LEG_MS = 5_000;

/** Looks at one FreeSWITCH, and records a synthetic leg on it. */
export async function checkFreeswitch(url: string, recordingsDir: string): Promise<Finding[]> {
  const { hostname: host, port, password } = new URL(url);
  const at = `${host}:${port || 8021}`;
  let esl: Esl;
  try {
    esl = await Esl.open({ host, port: Number(port || 8021) }, decodeURIComponent(password));
  } catch (error) {
    return [
      error instanceof PasswordRefused
        ? wrong(
            'FREESWITCH_URL',
            `FreeSWITCH at ${at} refuses the ESL password: FREESWITCH_URL is esl://:password@host:port`,
          )
        : wrong(
            'FREESWITCH_URL',
            `FreeSWITCH at ${at} cannot be reached (${messageOf(error)}): start it, or mend FREESWITCH_URL`,
          ),
    ];
  }
  try {
    const version = (await esl.api('version')).replace(/^FreeSWITCH Version /, '').split(/[+ \n]/)[0];
    const status = await esl.api('sofia status');
    const findings = [
      well('FREESWITCH_URL', `FreeSWITCH ${version} at ${at}`),
      profileFinding(status),
      codecsFinding(await esl.api('show codec')),
    ];
    const sip = profileAddress(status);
    if (sip) findings.push(await recordingFinding(esl, sip, recordingsDir));
    return findings;
  } catch (error) {
    return [
      wrong('FREESWITCH_URL', `FreeSWITCH at ${at} does not answer as it should (${messageOf(error)})`),
    ];
  } finally {
    esl.close();
  }
}

const rowOf = (status: string): string | undefined =>
  status.split('\n').find((row) => row.trim().startsWith(PROFILE) && row.includes('profile'));

/** @param status of `sofia status` */
export function profileFinding(status: string): Finding {
  const row = rowOf(status);
  if (!row)
    return wrong(
      'SIP profile',
      `FreeSWITCH has no profile ${PROFILE}: start it with the configuration in freeswitch/`,
    );
  return row.includes('RUNNING')
    ? well('SIP profile', `${PROFILE} runs`)
    : wrong('SIP profile', `${PROFILE} does not run: is its SIP port (FREESWITCH_SIP_PORT) taken?`);
}

/** Where the profile takes calls; undefined where it does not run. */
export function profileAddress(status: string): { ip: string; port: number } | undefined {
  const [, ip, port] = /sip:mod_sofia@([^:;\s]+):(\d+)/.exec(rowOf(status) ?? '') ?? [];
  return ip && port ? { ip, port: Number(port) } : undefined;
}

/** @param shown of `show codec` */
export function codecsFinding(shown: string): Finding {
  const missing = Object.keys(CODECS).filter((name) => !CODECS[name]?.test(shown));
  return missing.length === 0
    ? well('codecs', Object.keys(CODECS).join(', '))
    : wrong(
        'codecs',
        `FreeSWITCH lacks ${missing.join(', ')}: load mod_spandsp and mod_opus, as freeswitch/ does`,
      );
}

/** A synthetic leg is recorded to where recordings go: what FreeSWITCH writes must be seen from here. */
async function recordingFinding(
  esl: Esl,
  server: { ip: string; port: number },
  recordingsDir: string,
): Promise<Finding> {
  const what = 'recordings';
  const file = join(recordingsDir, `doctor-${randomUUID()}.wav`);
  const phone = await Phone.open({ server, user: 'doctor' });
  try {
    const call = await phone.dial('leg', { toneHz: 1000 });
    const conversation = await within(LEG_MS, call.answered);
    const started = await esl.api(`uuid_record ${call.sipCallId} start ${file}`);
    if (started.startsWith('-'))
      return wrong(
        what,
        `FreeSWITCH cannot write to ${recordingsDir}: share the folder with it, and let its user write there`,
      );
    await within(LEG_MS, conversation.audio.listen(RECORD_MS)).catch(() => undefined); // silence is told of by the self-test
    await esl.api(`uuid_record ${call.sipCallId} stop ${file}`);
    await conversation.hangUp();
    if (!existsSync(file) || statSync(file).size === 0) {
      return wrong(
        what,
        `what FreeSWITCH writes to ${recordingsDir} is not seen here: RECORDINGS_DIR must be one folder for both`,
      );
    }
    return well(what, 'a synthetic leg was recorded, and its file is seen here');
  } catch (error) {
    return wrong(
      what,
      `FreeSWITCH did not take a synthetic leg from here (${messageOf(error)}): is FREESWITCH_CONTROL_CIDR wide enough?`,
    );
  } finally {
    await phone.close();
    rmSync(file, { force: true });
  }
}
