import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import { idParameter, type IdParameter } from '../contracts/page.js';
import {
  trunkTestRequest,
  trunkTestSchema,
  type TrunkTestRequest,
  type TrunkTestView,
} from '../contracts/trunk-test.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { TrunkTest } from './trunk-test.js';

@ApiTags('trunks')
@Controller('api/v1/trunks')
export class TrunkTestController {
  constructor(private readonly tests: TrunkTest) {}

  /** Says what the carrier answers: to a short call where a number is given, else to our registration or OPTIONS. */
  @Post(':id/test')
  @RequireRight('provisioning.change')
  @Answers(trunkTestSchema)
  test(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: trunkTestRequest }) { number }: TrunkTestRequest,
  ): Promise<TrunkTestView> {
    return number === null ? this.tests.look(person, id) : this.tests.call(person, id, number);
  }
}
