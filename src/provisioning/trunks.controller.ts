import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { trunkChange, trunkNew, trunkSchema } from '../contracts/provisioning.js';
import { provisioned } from './provisioned.controller.js';
import { Provisioning } from './provisioning.js';
import { Trunks } from './trunks.js';

@ApiTags('trunks')
@Controller('api/v1/trunks')
export class TrunksController extends provisioned({
  kind: 'trunk',
  view: trunkSchema,
  fresh: trunkNew,
  change: trunkChange,
  rows: ({ trunks }) => trunks.values(),
  order: (row) => row.name,
  viewOf: (row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    sourceAddresses: [...row.sourceAddresses],
    host: row.host,
    port: row.port,
    transport: row.transport,
    username: row.username,
    hasPassword: row.password !== null,
    callerIdFormat: row.callerIdFormat,
    dialFormat: row.dialFormat,
    outboundProxy: row.outboundProxy,
    enabled: row.enabled,
  }),
}) {
  constructor(provisioning: Provisioning, trunks: Trunks) {
    super(provisioning, trunks);
  }
}
