import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { companyNumberChange, companyNumberNew, companyNumberSchema } from '../contracts/provisioning.js';
import { provisioned } from './provisioned.controller.js';
import { Provisioning } from './provisioning.js';
import { CompanyNumbers } from './company-numbers.js';

@ApiTags('company numbers')
@Controller('api/v1/company-numbers')
export class CompanyNumbersController extends provisioned({
  kind: 'company number',
  view: companyNumberSchema,
  fresh: companyNumberNew,
  change: companyNumberChange,
  rows: ({ companyNumbers }) => companyNumbers.values(),
  order: (row) => row.number,
  viewOf: (row) => ({
    id: row.id,
    number: row.number,
    name: row.name,
    groupId: row.groupId,
    greeting: row.greeting,
    isProxy: row.isProxy,
    stickyMinutes: row.stickyMinutes,
    announceRecording: row.announceRecording,
  }),
}) {
  constructor(provisioning: Provisioning, numbers: CompanyNumbers) {
    super(provisioning, numbers);
  }
}
