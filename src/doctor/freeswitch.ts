import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../common/app-error.js';
import { readWav, type WavAudio } from '../common/wav.js';
import { WAV_HEADER_BYTES } from '../common/wav-header.js';
import { Phone } from '../simulate/phone.js';
import type { RtpAudio } from '../simulate/rtp-audio.js';
import { Esl, PasswordRefused } from './esl.js';
import { well, wrong, type Finding } from './finding.js';
import { within } from './within.js';

const PROFILE = 'drachtio_mrf';
/** How each is told of in an SDP: a static payload type (RFC 3551 §6), or a name. */
const CODECS: Readonly<Record<string, RegExp>> = {
  PCMA: /^m=audio .*\b8\b/m,
  PCMU: /^m=audio .*\b0\b/m,
  G722: /^m=audio .*\b9\b/m,
  opus: /^a=rtpmap:\d+ opus\//im,
};
const RECORD_MS = 400;
const LEG_MS = 5_000;
/** Between two looks whether the leg waits for orders, ms. */
const LOOK_MS = 50;

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
    const sip = profileAddress(status);
    return [
      well('FREESWITCH_URL', `FreeSWITCH ${version} at ${at}`),
      profileFinding(status),
      ...(sip ? await legFindings(esl, sip, recordingsDir) : []),
    ];
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
      `FreeSWITCH has no profile ${PROFILE} running: start it with the configuration in freeswitch/, its SIP port (FREESWITCH_SIP_PORT) free`,
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

/** @param sdp what FreeSWITCH offers a leg */
export function codecsFinding(sdp: string): Finding {
  const missing = Object.keys(CODECS).filter((name) => !CODECS[name]?.test(sdp));
  return missing.length === 0
    ? well('codecs', Object.keys(CODECS).join(', '))
    : wrong(
        'codecs',
        `FreeSWITCH lacks ${missing.join(', ')}: load mod_spandsp and mod_opus, as freeswitch/ does`,
      );
}

/** A synthetic leg: what FreeSWITCH offers it, and whether its recording is seen from here. */
async function legFindings(
  esl: Esl,
  server: { ip: string; port: number },
  recordingsDir: string,
): Promise<Finding[]> {
  const phone = await Phone.open({ server, user: 'doctor' });
  try {
    const call = await phone.dial('leg', { toneHz: 1000, offer: false });
    const conversation = await within(LEG_MS, call.answered);
    const offer = phone.received.findLast((text) => text.includes('m=audio')) ?? '';
    const recording = await recordingFinding(esl, call.sipCallId, conversation.audio, recordingsDir);
    await conversation.hangUp();
    return [codecsFinding(offer), recording];
  } catch (error) {
    return [
      wrong(
        'synthetic leg',
        `FreeSWITCH did not take it from here (${messageOf(error)}): is FREESWITCH_CONTROL_CIDR wide enough?`,
      ),
    ];
  } finally {
    await phone.close();
  }
}

async function recordingFinding(
  esl: Esl,
  uuid: string,
  audio: Pick<RtpAudio, 'listen'>,
  recordingsDir: string,
): Promise<Finding> {
  const file = join(recordingsDir, `doctor-${randomUUID()}.wav`);
  try {
    // Whoever records a leg whose ACK FreeSWITCH has not read yet ends it ("Missing remote host").
    await parked(esl, uuid);
    const answer = await esl.api(`uuid_record ${uuid} start ${file}`);
    if (answer.startsWith('-')) {
      return wrong(
        'recordings',
        `FreeSWITCH cannot write to ${recordingsDir} (${answer.trim()}): share the folder with it, and let its user write there`,
      );
    }
    await within(LEG_MS, audio.listen(RECORD_MS)).catch(() => undefined); // silence is told of by the self-test
    await esl.api(`uuid_record ${uuid} stop ${file}`);
    const recorded = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    if (recorded.length < WAV_HEADER_BYTES) {
      return wrong(
        'recordings',
        `what FreeSWITCH writes to ${recordingsDir} is not seen here: RECORDINGS_DIR must be one folder for both`,
      );
    }
    return recordedFinding(readWav(recorded, recorded.length, file));
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param recorded what a leg's recording is like without a word of how to record */
export function recordedFinding({ channels, rate }: Pick<WavAudio, 'channels' | 'rate'>): Finding {
  return channels === 2 && rate === 8000
    ? well('recordings', 'a synthetic leg was recorded, and its file is seen here')
    : wrong(
        'recordings',
        `FreeSWITCH records ${channels} channel(s) at ${rate} Hz, not both parties at 8000: start it with the configuration in freeswitch/ (RECORD_STEREO, record_sample_rate)`,
      );
}

/** Waits until the leg has both SDPs and is told to wait for orders (freeswitch/: answer, then park), or LEG_MS. */
async function parked(esl: Esl, uuid: string): Promise<void> {
  const until = performance.now() + LEG_MS;
  const isParked = async () => (await esl.api(`uuid_getvar ${uuid} current_application`)).trim() === 'park';
  while (performance.now() < until && !(await isParked())) await pause(LOOK_MS);
}
