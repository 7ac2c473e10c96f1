import { randomUUID } from 'node:crypto';
import { messageOf } from '../common/app-error.js';
import { well, wrong, type Finding } from './finding.js';
import { isAtLeast, versionIn } from './versions.js';
import { Wire } from './wire.js';

/** The oldest that drachtio-srf works with. */
const OLDEST = [0, 8, 2];

/** Signs in to drachtio-server and leaves again; nothing is routed to us. */
export async function checkDrachtio(url: string): Promise<Finding[]> {
  const { hostname: host, port, password } = new URL(url);
  const at = `${host}:${port || 9022}`;
  let wire: Wire;
  try {
    wire = await Wire.open({ host, port: Number(port || 9022) });
  } catch (error) {
    return [
      wrong(
        'DRACHTIO_URL',
        `drachtio-server at ${at} cannot be reached (${messageOf(error)}): start it, or mend DRACHTIO_URL`,
      ),
    ];
  }
  try {
    const frame = `${randomUUID()}|authenticate|${decodeURIComponent(password)}|`;
    return [signInFinding(await wire.ask(`${Buffer.byteLength(frame)}#${frame}`, readFrame), at)];
  } catch (error) {
    return [
      wrong('DRACHTIO_URL', `what is at ${at} does not answer as drachtio-server does (${messageOf(error)})`),
    ];
  } finally {
    wire.close();
  }
}

/** `<bytes>#<frame>`; the frames of a sign-in are ASCII. */
export function readFrame(text: string): { answer: string; rest: string } | undefined {
  const [, length] = /^(\d+)#/.exec(text) ?? [];
  if (length === undefined) return undefined;
  const start = length.length + 1;
  const end = start + Number(length);
  return end > text.length ? undefined : { answer: text.slice(start, end), rest: text.slice(end) };
}

/** @param frame `<uuid>|response|<ours>|OK|tcp/…,udp/…|v0.9.10|…` or `…|NO|incorrect secret` */
export function signInFinding(frame: string, at: string): Finding {
  const [, , , outcome, endpoints = '', version = ''] = frame.split('|');
  if (outcome !== 'OK')
    return wrong(
      'DRACHTIO_URL',
      `drachtio-server at ${at} refuses the secret: DRACHTIO_URL is drachtio://:secret@host:port`,
    );
  if (!isAtLeast(versionIn(version), OLDEST)) {
    return wrong(
      'DRACHTIO_URL',
      `drachtio-server ${version} is too old: ${OLDEST.join('.')} or later is needed`,
    );
  }
  return well('DRACHTIO_URL', `drachtio-server ${version}, SIP on ${endpoints}`);
}
