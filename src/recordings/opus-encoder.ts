import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../common/app-error.js';
import { log } from '../common/log.js';
import { giveWay } from '../common/priority.js';

/** Both voices of a telephone call, in kbit/s. */
const BITRATE = 32;

/** Programs that make Ogg Opus of a WAV file on their standard input; the first that is installed is used. */
const PROGRAMS = [
  {
    program: 'ffmpeg',
    version: '-version',
    args: `-hide_banner -loglevel error -f wav -i pipe:0 -c:a libopus -b:a ${BITRATE}k -vbr constrained -f ogg pipe:1`,
  },
  {
    program: 'opusenc',
    version: '--version',
    args: `--quiet --comp 5 --bitrate ${BITRATE} --cvbr --ignorelength - -`, // 10 takes twice the CPU, for nothing heard
  },
] as const;

export const OPUS = 'audio/ogg; codecs=opus';

/** Makes Ogg Opus (RFC 7845), an eighth of the WAV or so, where ffmpeg or opusenc is installed. */
export class OpusEncoder {
  private constructor(private readonly chosen: (typeof PROGRAMS)[number] | undefined) {}

  /** Looks once what is installed. Never rejects. */
  static async find(): Promise<OpusEncoder> {
    for (const candidate of PROGRAMS) {
      if (await runs(candidate.program, candidate.version)) return new OpusEncoder(candidate);
    }
    log('recordings').info('neither ffmpeg nor opusenc is installed: recordings are played as WAV');
    return new OpusEncoder(undefined);
  }

  get isThere(): boolean {
    return this.chosen !== undefined;
  }

  /**
   * @param signal ends the encoder
   * @throws AppError `opus-encoder` where there is none, or it fails
   */
  encode(wav: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (!this.chosen) throw new AppError('opus-encoder', 'no Opus encoder is installed');
    return encoded(this.chosen, wav, signal);
  }
}

async function* encoded(
  { program, args }: (typeof PROGRAMS)[number],
  wav: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const child = spawn(program, args.split(' '), { stdio: 'pipe', signal });
  giveWay(child.pid);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-500)));
  const ended = once(child, 'close') as Promise<[number | null]>;
  ended.catch(() => undefined); // the signal fails it at once; it is awaited below
  const fed = pipeline(wav, child.stdin).catch((error: unknown) => error);
  try {
    for await (const part of child.stdout) yield part as Buffer;
    const [[code], failure] = await Promise.all([ended, fed]);
    if (code !== 0 || failure) {
      throw new AppError('opus-encoder', `${program} failed (${code}): ${complaint.trim()}`);
    }
  } finally {
    await stop(child, ended);
  }
}

async function runs(program: string, ...args: string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: 'ignore' });
  return once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended.catch(() => undefined);
}
