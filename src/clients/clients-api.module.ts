import { Module } from '@nestjs/common';
import { ClientNotesController } from './client-notes.controller.js';
import { ClientNotes } from './client-notes.js';
import { ClientsController } from './clients.controller.js';
import { ClientsQueries } from './clients.query.js';

@Module({ controllers: [ClientsController, ClientNotesController], providers: [ClientNotes, ClientsQueries] })
export class ClientsApiModule {}
