import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { groupChange, groupNew, groupSchema } from '../contracts/provisioning.js';
import { provisioned } from './provisioned.controller.js';
import { Provisioning } from './provisioning.js';
import { RingGroups } from './ring-groups.js';

@ApiTags('ring groups')
@Controller('api/v1/ring-groups')
export class RingGroupsController extends provisioned({
  kind: 'ring group',
  view: groupSchema,
  fresh: groupNew,
  change: groupChange,
  rows: ({ groups }) => groups.values(),
  order: (row) => row.name,
  viewOf: (row) => ({
    id: row.id,
    name: row.name,
    strategy: row.strategy,
    ringTimeoutS: row.ringTimeoutMs / 1000,
    overflowGroupId: row.overflowGroupId,
    memberIds: [...row.memberIds],
  }),
}) {
  constructor(provisioning: Provisioning, ringGroups: RingGroups) {
    super(provisioning, ringGroups);
  }
}
