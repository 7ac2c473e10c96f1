import { Module } from '@nestjs/common';
import { ClientsController } from './clients.controller.js';
import { ClientsQueries } from './clients.query.js';

@Module({ controllers: [ClientsController], providers: [ClientsQueries] })
export class ClientsApiModule {}
