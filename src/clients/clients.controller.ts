import { Body, Controller, Get, Header, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  clientChange,
  clientSchema,
  clientsQuery,
  revealedNumber,
  revealRequest,
  type ClientAnswer,
  type ClientChange,
  type ClientsQuery,
  type RevealedNumber,
  type RevealRequest,
} from '../contracts/clients.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, pageOf, type IdParameter, type Page } from '../contracts/page.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { ClientsQueries } from './clients.query.js';
import { NumberVault } from './number-vault.js';

@ApiTags('clients')
@Controller('api/v1/clients')
export class ClientsController {
  constructor(
    private readonly clients: ClientsQueries,
    private readonly vault: NumberVault,
  ) {}

  @Get()
  @RequireRight('clients.read')
  @Answers(pageOf(clientSchema))
  list(
    @Asking() person: Person,
    @Query({ schema: clientsQuery }) query: ClientsQuery,
  ): Promise<Page<ClientAnswer>> {
    return this.clients.list(person, query);
  }

  @Get(':id')
  @RequireRight('clients.read')
  @Answers(clientSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<ClientAnswer> {
    return this.clients.get(person, id);
  }

  @Patch(':id')
  @RequireRight('clients.change')
  @Answers(clientSchema)
  change(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: clientChange }) change: ClientChange,
  ): Promise<ClientAnswer> {
    return this.clients.change(person, id, change);
  }

  /** The vault demands the right `clients.reveal` itself: a try without it is an entry of the ledger. */
  @Post(':id/reveal')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RequireRight('clients.read')
  @Answers(revealedNumber)
  async reveal(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: revealRequest }) { reason }: RevealRequest,
  ): Promise<RevealedNumber> {
    return { number: await this.vault.showTo(person, id, reason) };
  }
}
