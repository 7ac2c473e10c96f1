import { Body, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import type { Person } from '../contracts/identity.js';
import {
  idParameter,
  pageOf,
  pageQuery,
  type IdParameter,
  type Page,
  type PageQuery,
} from '../contracts/page.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf, type Actor, type Kind } from './changes.js';
import type { Snapshot } from './config.js';
import { found, listed } from './listing.js';
import type { Provisioning } from './provisioning.js';

/** What administrators set up of one kind, as they see it. */
interface Provisioned<Row, View, New, Change> {
  kind: Kind;
  view: z.ZodType<View>;
  fresh: z.ZodType<New>;
  change: z.ZodType<Change>;
  rows: (snapshot: Snapshot) => Iterable<Row>;
  /** What the list is sorted by. */
  order: (row: Row) => string;
  viewOf: (row: Row) => View;
}

interface Changing<New, Change> {
  /** @returns the new one's id */
  create(actor: Actor, fields: New): Promise<string>;
  change(actor: Actor, id: string, fields: Change): Promise<void>;
  remove(actor: Actor, id: string): Promise<void>;
}

/** The base class of a controller that lists, shows, creates, changes and removes what is provisioned of one kind. */
export function provisioned<Row extends { id: string; companyId: string }, View, New, Change>({
  kind,
  view,
  fresh,
  change,
  rows,
  order,
  viewOf,
}: Provisioned<Row, View, New, Change>) {
  abstract class ProvisionedController {
    constructor(
      private readonly provisioning: Provisioning,
      private readonly changing: Changing<New, Change>,
    ) {}

    @Get()
    @RequireRight('provisioning.read')
    @Answers(pageOf(view))
    list(@Asking() person: Person, @Query({ schema: pageQuery }) query: PageQuery): Page<View> {
      return listed(rows(this.provisioning.snapshot), person.companyId, query, order, viewOf);
    }

    @Get(':id')
    @RequireRight('provisioning.read')
    @Answers(view)
    get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): View {
      return viewOf(this.one(person, id));
    }

    @Post()
    @RequireRight('provisioning.change')
    @Answers(view, 201)
    async create(@Asking() person: Person, @Body({ schema: fresh }) fields: New): Promise<View> {
      return viewOf(this.one(person, await this.changing.create(actorOf(person), fields)));
    }

    @Patch(':id')
    @RequireRight('provisioning.change')
    @Answers(view)
    async change(
      @Asking() person: Person,
      @Param({ schema: idParameter }) { id }: IdParameter,
      @Body({ schema: change }) fields: Change,
    ): Promise<View> {
      await this.changing.change(actorOf(person), id, fields);
      return viewOf(this.one(person, id));
    }

    @Delete(':id')
    @RequireRight('provisioning.change')
    @AnswersNothing()
    async remove(
      @Asking() person: Person,
      @Param({ schema: idParameter }) { id }: IdParameter,
    ): Promise<void> {
      await this.changing.remove(actorOf(person), id);
    }

    /** @throws NotFound for an id of nothing, and for another company's */
    protected one(person: Person, id: string): Row {
      const row = [...rows(this.provisioning.snapshot)].find((candidate) => candidate.id === id);
      return found(row, person.companyId, kind);
    }
  }
  return ProvisionedController;
}
