import { AppError } from '../../common/app-error.js';
import { isAbsolute, join } from 'node:path';
import type { Channel, Recordings } from './channel.js';
import type { Headers } from './esl-event.js';
import { Recording } from './recording.js';

/** Why a recording ended, as RECORD_STOP says it in Record-Completion-Cause. */
type Completion = 'success-silence' | 'success-maxtime' | 'uri-failure';

/** RECORD_STEREO where neither order nor channel says it, as freeswitch/freeswitch.xml sets it for every leg. */
const STEREO_OF_ALL = 'true';

type Variables = ReadonlyMap<string, string>;

interface Running {
  recording: Recording;
  variables: Variables;
  limit?: NodeJS.Timeout;
}

/** The recordings of one channel: started and stopped by path, told of by events, ended with the channel. */
export class ChannelRecordings implements Recordings {
  private readonly running = new Map<string, Running>();
  /** Files being opened. */
  private readonly starting = new Set<string>();

  constructor(private readonly channel: Channel) {}

  /**
   * @param limitS seconds until it stops by itself; 0: never
   * @param variables of this recording, before those of the channel
   * @throws what the file system says
   */
  async start(given: string, limitS = 0, variables: Variables = new Map()): Promise<void> {
    const { channel } = this;
    const path = this.resolve(given);
    if (!path.toLowerCase().endsWith('.wav'))
      throw new AppError('not-a-wav', `${path} is no WAV file's name`);
    if (this.running.has(path) || this.starting.has(path)) return; // FreeSWITCH answers +OK and goes on with the first
    const said = variables.get('RECORD_STEREO') ?? channel.variables.get('RECORD_STEREO') ?? STEREO_OF_ALL;
    const stereo = said === 'true';
    this.starting.add(path);
    const recording = await Recording.start(path, stereo, (error) => {
      void this.stop(path, 'uri-failure', error.code ?? error.message);
    }).finally(() => this.starting.delete(path));
    if (!channel.isUp) {
      await recording.stop();
      return;
    }
    const entry: Running = { recording, variables };
    if (limitS > 0) {
      entry.limit = setTimeout(() => void this.stop(path, 'success-maxtime'), limitS * 1000);
    }
    this.running.set(path, entry);
    channel.media.readTaps.add(recording.read);
    channel.media.sentTaps.add(recording.sent);
    channel.publish('RECORD_START', [['Record-File-Path', path], ...recordingVariables(variables)]);
    channel.publish('MEDIA_BUG_START', bugHeaders(path));
  }

  stop(given: string, completion: Completion = 'success-silence', error?: string): Promise<void> | undefined {
    const path = this.resolve(given);
    const entry = this.running.get(path);
    if (!entry) return undefined;
    this.running.delete(path);
    clearTimeout(entry.limit);
    this.channel.media.readTaps.delete(entry.recording.read);
    this.channel.media.sentTaps.delete(entry.recording.sent);
    return this.close(path, entry, completion, error);
  }

  stopAll(): Promise<void> | undefined {
    const stopping = this.paths.flatMap((path) => this.stop(path) ?? []);
    return stopping.length === 0 ? undefined : Promise.all(stopping).then(() => undefined);
  }

  private async close(
    path: string,
    { recording, variables }: Running,
    completion: Completion,
    error?: string,
  ): Promise<void> {
    const { channel } = this;
    const { samples, bytes } = await recording.stop();
    channel.variables.set('record_file_size', String(bytes));
    channel.variables.set('record_samples', String(samples));
    channel.variables.set('record_seconds', String(Math.floor(samples / 8000)));
    channel.variables.set('record_ms', String(Math.round(samples / 8)));
    channel.variables.set('record_completion_cause', completion);
    channel.publish('RECORD_STOP', [
      ['Record-File-Path', path],
      ['Record-Completion-Cause', completion],
      ...(error === undefined ? [] : [['Record-Error', error] as [string, string]]),
      ...recordingVariables(variables),
    ]);
    channel.publish('MEDIA_BUG_STOP', bugHeaders(path));
  }

  get paths(): string[] {
    return [...this.running.keys()];
  }

  /** @returns false where no such recording runs */
  mask(given: string, masked: boolean): boolean {
    const entry = this.running.get(this.resolve(given));
    if (entry) entry.recording.masked = masked;
    return entry !== undefined;
  }

  private resolve(path: string): string {
    return isAbsolute(path) ? path : join(this.channel.services.recordingsDir, path);
  }
}

const recordingVariables = (variables: Variables): Headers =>
  [...variables].map(([name, value]) => [`Recording-Variable-${name}`, value]);

const bugHeaders = (path: string): Headers => [
  ['Media-Bug-Function', 'session_record'],
  ['Media-Bug-Target', path],
];
