import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  personChange,
  personNew,
  personSchema,
  type Person,
  type PersonChange,
  type PersonNew,
} from '../contracts/identity.js';
import {
  idParameter,
  pageOf,
  pageQuery,
  type IdParameter,
  type Page,
  type PageQuery,
} from '../contracts/page.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { People } from './people.js';
import { Asking, RequireRight } from './require-right.js';

@ApiTags('people')
@Controller('api/v1/people')
export class PeopleController {
  constructor(private readonly people: People) {}

  @Get()
  @RequireRight('people.read')
  @Answers(pageOf(personSchema))
  list(@Asking() asking: Person, @Query({ schema: pageQuery }) query: PageQuery): Promise<Page<Person>> {
    return this.people.list(asking, query);
  }

  @Get(':id')
  @RequireRight('people.read')
  @Answers(personSchema)
  get(@Asking() asking: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<Person> {
    return this.people.get(asking, id);
  }

  @Post()
  @RequireRight('people.change')
  @Answers(personSchema, 201)
  create(@Asking() asking: Person, @Body({ schema: personNew }) fields: PersonNew): Promise<Person> {
    return this.people.create(asking, fields);
  }

  @Patch(':id')
  @RequireRight('people.change')
  @Answers(personSchema)
  change(
    @Asking() asking: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: personChange }) change: PersonChange,
  ): Promise<Person> {
    return this.people.change(asking, id, change);
  }

  @Delete(':id')
  @RequireRight('people.change')
  @AnswersNothing()
  remove(@Asking() asking: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<void> {
    return this.people.remove(asking, id);
  }
}
