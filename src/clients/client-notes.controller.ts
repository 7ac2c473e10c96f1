import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  clientNoteNew,
  clientNoteParameter,
  clientNotes,
  clientNoteSchema,
  type ClientNote,
  type ClientNoteNew,
  type ClientNoteParameter,
} from '../contracts/clients.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { ClientNotes } from './client-notes.js';

@ApiTags('clients')
@Controller('api/v1/clients/:id/notes')
export class ClientNotesController {
  constructor(private readonly notes: ClientNotes) {}

  @Get()
  @RequireRight('clients.read')
  @Answers(clientNotes)
  list(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
  ): Promise<{ items: ClientNote[] }> {
    return this.notes.list(person, id);
  }

  @Post()
  @RequireRight('clients.note')
  @Answers(clientNoteSchema, 201)
  write(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: clientNoteNew }) { text }: ClientNoteNew,
  ): Promise<ClientNote> {
    return this.notes.write(person, id, text);
  }

  @Delete(':noteId')
  @RequireRight('clients.note')
  @AnswersNothing()
  takeBack(
    @Asking() person: Person,
    @Param({ schema: clientNoteParameter }) { id, noteId }: ClientNoteParameter,
  ): Promise<void> {
    return this.notes.takeBack(person, id, noteId);
  }
}
