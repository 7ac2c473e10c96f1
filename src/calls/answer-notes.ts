import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import type { AnsweringParts } from './live-call.js';

/**
 * Notes beside an open call who is about to talk through which legs, while the 200 is on its way: should this process
 * die before `call.answered` is written, its successor knows where to look whether they talk (UnwrittenAnswers).
 * Beside the call's way, which does not wait for it; what comes while a note is being written goes with the next.
 */
@Injectable()
export class AnswerNotes {
  private readonly waiting = new Map<string, AnsweringParts>();
  private writing = false;

  constructor(private readonly database: Database) {}

  add(callId: string, answering: AnsweringParts): void {
    this.waiting.set(callId, answering);
    if (!this.writing) void this.writeAll();
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    while (this.waiting.size > 0) {
      const notes = [...this.waiting].map(([id, answering]) => ({ id, answering }));
      this.waiting.clear();
      await this.write(notes).catch((error: unknown) =>
        log('calls').debug({ error: messageOf(error) }, 'answers were not noted'),
      );
    }
    this.writing = false;
  }

  private async write(notes: { id: string; answering: AnsweringParts }[]): Promise<void> {
    await this.database.transaction('*', (tx) =>
      tx.query(
        `UPDATE call SET live = live || jsonb_build_object('answering', notes.answering)
         FROM jsonb_to_recordset($1) AS notes (id uuid, answering jsonb)
         WHERE call.id = notes.id AND answered_at IS NULL AND ended_at IS NULL AND live IS NOT NULL`,
        [JSON.stringify(notes)],
      ),
    );
  }
}
