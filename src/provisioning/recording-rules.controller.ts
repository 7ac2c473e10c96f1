import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { recordingRuleChange, recordingRuleNew, recordingRuleSchema } from '../contracts/recordings.js';
import { provisioned } from './provisioned.controller.js';
import { Provisioning } from './provisioning.js';
import { RecordingRules } from './recording-rules.js';

@ApiTags('recording rules')
@Controller('api/v1/recording-rules')
export class RecordingRulesController extends provisioned({
  kind: 'recording rule',
  view: recordingRuleSchema,
  fresh: recordingRuleNew,
  change: recordingRuleChange,
  rows: ({ recordingRules }) => recordingRules.values(),
  order: (row) => String(row.position).padStart(6, '0'), // as they are asked
  viewOf: (row) => ({
    id: row.id,
    position: row.position,
    name: row.name,
    companyNumberId: row.companyNumberId,
    direction: row.direction,
    extensionId: row.extensionId,
    sharePercent: row.sharePercent,
    retentionDays: row.retentionDays,
  }),
}) {
  constructor(provisioning: Provisioning, rules: RecordingRules) {
    super(provisioning, rules);
  }
}
