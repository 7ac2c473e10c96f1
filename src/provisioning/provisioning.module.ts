import { Global, Module } from '@nestjs/common';
import { ChangeListener } from './change-listener.js';
import { Changes } from './changes.js';
import { CompanyController } from './company.controller.js';
import { CompanyNumbersController } from './company-numbers.controller.js';
import { CompanyNumbers } from './company-numbers.js';
import { DiallingRulesController } from './dialling-rules.controller.js';
import { DiallingRulesStore } from './dialling-rules.js';
import { ExtensionsController } from './extensions.controller.js';
import { Extensions } from './extensions.js';
import { FirstStart } from './first-start.js';
import { Mobiles } from './mobiles.js';
import { Provisioning } from './provisioning.js';
import { RecordingRulesController } from './recording-rules.controller.js';
import { RecordingRules } from './recording-rules.js';
import { RingGroupsController } from './ring-groups.controller.js';
import { RingGroups } from './ring-groups.js';
import { TrunksController } from './trunks.controller.js';
import { Seeding } from './seeding.js';
import { Trunks } from './trunks.js';

/** Wants Database, Ledger, Sealer and SETTINGS from the modules around it. */
@Global()
@Module({
  controllers: [
    CompanyController,
    DiallingRulesController,
    ExtensionsController,
    RingGroupsController,
    CompanyNumbersController,
    TrunksController,
    RecordingRulesController,
  ],
  providers: [
    Provisioning,
    ChangeListener,
    Changes,
    DiallingRulesStore,
    Extensions,
    Mobiles,
    RingGroups,
    CompanyNumbers,
    Trunks,
    RecordingRules,
    Seeding,
    FirstStart,
  ],
  exports: [Changes, Provisioning, FirstStart],
})
export class ProvisioningModule {}
