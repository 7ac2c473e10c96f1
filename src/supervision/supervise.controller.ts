import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import {
  superviseRequest,
  supervisionSchema,
  type SuperviseRequest,
  type SupervisionView,
} from '../contracts/live.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import { Answers, AnswersNothing } from '../http/answers.js';
import { NotFound } from '../http/problem.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { Supervise } from './supervise.js';
import { noExtension } from './no-extension.js';
import { Supervisions } from './supervisions.js';

@ApiTags('supervision')
@Controller('api/v1')
export class SuperviseController {
  constructor(
    private readonly supervise: Supervise,
    private readonly supervisions: Supervisions,
  ) {}

  /** Rings the asking person's devices, to take part in this call. */
  @Post('calls/:id/supervise')
  @RequireRight('calls.listen')
  @AnswersNothing()
  call(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: superviseRequest }) { mode }: SuperviseRequest,
  ): Promise<void> {
    return this.supervise.call(person, id, mode);
  }

  /** Rings the asking person's devices, to take part in each call of this extension. */
  @Post('extensions/:id/follow')
  @RequireRight('calls.listen')
  @AnswersNothing()
  follow(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: superviseRequest }) { mode }: SuperviseRequest,
  ): Promise<void> {
    return this.supervise.follow(person, id, mode);
  }

  @Get('supervision')
  @RequireRight('calls.listen')
  @Answers(supervisionSchema)
  now(@Asking() person: Person): SupervisionView {
    return this.own(person).view;
  }

  /** Goes on in another way. */
  @Patch('supervision')
  @RequireRight('calls.listen')
  @Answers(supervisionSchema)
  async change(
    @Asking() person: Person,
    @Body({ schema: superviseRequest }) { mode }: SuperviseRequest,
  ): Promise<SupervisionView> {
    const { extensionId } = this.own(person);
    await this.supervisions.switchTo(extensionId, mode);
    return this.own(person).view;
  }

  @Delete('supervision')
  @RequireRight('calls.listen')
  @AnswersNothing()
  async end(@Asking() person: Person): Promise<void> {
    await this.supervisions.end(this.own(person).extensionId);
  }

  private own({ extension }: Person): { extensionId: string; view: SupervisionView } {
    if (!extension) throw noExtension();
    const view = this.supervisions.of(extension.id);
    if (!view) throw new NotFound('supervision going on');
    return { extensionId: extension.id, view };
  }
}
