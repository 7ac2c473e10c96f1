import { Injectable } from '@nestjs/common';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { Person } from '../contracts/identity.js';
import type { RecordingView } from '../contracts/recordings.js';
import { Ledger } from '../ledger/ledger.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import type { ByteRange } from './byte-range.js';
import type { Form } from './recording.entity.js';

/** Milliseconds in which a player that starts over is still the same play: browsers ask twice for the beginning. */
const SAME_BEGINNING_MS = 5_000;
/** Milliseconds beyond a recording's length in which its later parts belong to the play before. */
const PAUSES_MS = 15 * 60_000;
const MOST_PLAYS = 10_000;

/** Writes each play of a recording into the ledger once, however many ranges the player fetches it in. */
@Injectable()
export class Plays {
  /** When each began, by sign-in and recording; the oldest first. */
  private readonly begun = new Map<string, number>();

  constructor(private readonly ledger: Ledger) {}

  /**
   * To be awaited before the first byte goes out.
   * @param token of the sign-in that plays
   * @param range what is asked for; undefined: the whole file, which is always a play of its own
   * @throws what Ledger.write throws: then nothing may be played
   */
  async asked(
    person: Person,
    token: string,
    recording: RecordingView,
    range: ByteRange | undefined,
  ): Promise<void> {
    const key = `${recording.id} ${token}`;
    const now = clock.now();
    if (range && this.continues(key, recording, range, now)) return;
    this.begun.delete(key);
    this.begun.set(key, now);
    if (this.begun.size > MOST_PLAYS) this.begun.delete(this.begun.keys().next().value as string);
    try {
      await this.write('recording.played', person, recording);
    } catch (error) {
      this.begun.delete(key);
      throw error;
    }
  }

  /** A copy that leaves the system, each request of it. @throws as `asked` */
  async downloaded(person: Person, recording: RecordingView, form: Form): Promise<void> {
    await this.write('recording.downloaded', person, recording, { form });
  }

  private continues(key: string, recording: RecordingView, range: ByteRange, now: number): boolean {
    const since = now - (this.begun.get(key) ?? -Infinity);
    return since <= (range.first === 0 ? SAME_BEGINNING_MS : (recording.durationMs ?? 0) + PAUSES_MS);
  }

  private async write(
    kind: 'recording.played' | 'recording.downloaded',
    person: Person,
    recording: RecordingView,
    more: JsonObject = {},
  ): Promise<void> {
    await this.ledger.write({
      id: newId(),
      companyId: person.companyId,
      kind,
      at: clock.iso(),
      actor: `user:${person.id}`,
      callId: recording.callId,
      clientId: recording.client?.id,
      data: { recordingId: recording.id, ...more },
    });
  }
}
