import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { demoLine, type DemoLine as Answer } from '../contracts/phone.js';
import { Answers } from '../http/answers.js';
import { OpenToAnyone } from '../identity/require-right.js';
import { DemoLine } from './demo-line.js';

@ApiTags('phone')
@Controller('api/v1/demo')
export class DemoController {
  constructor(private readonly line: DemoLine) {}

  /** 404 but for the demo company on a loopback address. */
  @Get()
  @OpenToAnyone('it is for newcomers to the demo company, on their own machine')
  @Answers(demoLine)
  get(): Answer {
    return this.line.view();
  }
}
