import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { figuresQuery, figuresSchema, type Figures, type FiguresQuery } from '../contracts/figures.js';
import type { Person } from '../contracts/identity.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { FiguresQueries } from './figures.query.js';

@ApiTags('figures')
@Controller('api/v1/figures')
export class FiguresController {
  constructor(private readonly figures: FiguresQueries) {}

  @Get()
  @RequireRight('figures.read')
  @Answers(figuresSchema)
  read(@Asking() person: Person, @Query({ schema: figuresQuery }) query: FiguresQuery): Promise<Figures> {
    return this.figures.read(person, query);
  }
}
