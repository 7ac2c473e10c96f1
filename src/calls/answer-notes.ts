import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import type { AnsweringParts } from './live-call.js';

/** How long the entry waits for its note, ms: a database that is slower than that goes into the spool soon. */
const PATIENCE_MS = 250;

/**
 * Notes beside an open call who is about to talk through which legs, while the 200 is on its way: should this process
 * die before `call.answered` is written, its successor knows where to look whether they talk (UnwrittenAnswers).
 * The parties talk meanwhile, but their `call.answered` waits for it: its transaction holds the call's row, and the note
 * would come behind it. What comes while a note is being written goes with the next.
 */
@Injectable()
export class AnswerNotes {
  private readonly waiting = new Map<string, AnsweringParts>();
  /** Of what waits and what is being written; never fails. */
  private written: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database) {}

  /** @returns when it is written, could not be, or took too long; never throws */
  async add(callId: string, answering: AnsweringParts): Promise<void> {
    if (this.waiting.size === 0) this.written = this.written.then(() => this.write());
    this.waiting.set(callId, answering);
    await Promise.race([this.written, pause(PATIENCE_MS, undefined, { ref: false })]);
  }

  private async write(): Promise<void> {
    const notes = [...this.waiting].map(([id, answering]) => ({ id, answering }));
    this.waiting.clear();
    try {
      await this.database.transaction(
        '*',
        (tx) =>
          tx.query(
            `UPDATE call SET live = live || jsonb_build_object('answering', notes.answering)
             FROM jsonb_to_recordset($1) AS notes (id uuid, answering jsonb)
             WHERE call.id = notes.id AND answered_at IS NULL AND ended_at IS NULL AND live IS NOT NULL`,
            [JSON.stringify(notes)],
          ),
        { pool: 'calls' },
      );
    } catch (error) {
      log('calls').debug({ error: messageOf(error) }, 'answers were not noted');
    }
  }
}
