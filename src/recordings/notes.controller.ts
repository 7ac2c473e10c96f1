import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import {
  noteNew,
  noteParameter,
  noteSchema,
  notesSchema,
  type NoteNew,
  type NoteView,
} from '../contracts/recordings.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { Notes } from './notes.js';

@ApiTags('recordings')
@Controller('api/v1/recordings/:id/notes')
export class NotesController {
  constructor(private readonly notes: Notes) {}

  @Get()
  @RequireRight('recordings.read')
  @Answers(notesSchema)
  list(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
  ): Promise<{ items: NoteView[] }> {
    return this.notes.list(person, id);
  }

  @Post()
  @RequireRight('recordings.note')
  @Answers(noteSchema, 201)
  add(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: noteNew }) note: NoteNew,
  ): Promise<NoteView> {
    return this.notes.add(person, id, note);
  }

  @Delete(':noteId')
  @RequireRight('recordings.note')
  @AnswersNothing()
  async remove(
    @Asking() person: Person,
    @Param({ schema: noteParameter }) { id, noteId }: z.infer<typeof noteParameter>,
  ): Promise<void> {
    await this.notes.remove(person, id, noteId);
  }
}
