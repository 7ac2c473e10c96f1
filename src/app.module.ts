import { Module, type DynamicModule } from '@nestjs/common';
import { CallsApiModule } from './calls/calls-api.module.js';
import { CallsModule } from './calls/calls.module.js';
import { ClientsApiModule } from './clients/clients-api.module.js';
import { ClientsModule } from './clients/clients.module.js';
import { CommonModule } from './common/common.module.js';
import type { Settings } from './common/env.js';
import { DatabaseModule } from './database/database.module.js';
import { FollowUpsApiModule } from './follow-ups/follow-ups-api.module.js';
import { FollowUpsModule } from './follow-ups/follow-ups.module.js';
import { HealthModule } from './health/health.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { MediaApiModule } from './media/media-api.module.js';
import { MediaModule } from './media/media.module.js';
import { PhoneModule } from './phone/phone.module.js';
import { PromptsModule } from './media/prompts.module.js';
import { ProvisioningModule } from './provisioning/provisioning.module.js';
import { RecordingControlModule } from './recordings/recording-control.module.js';
import { RecordingsApiModule } from './recordings/recordings-api.module.js';
import { RecordingsModule } from './recordings/recordings.module.js';
import { FiguresApiModule } from './reports/figures-api.module.js';
import { LedgerApiModule } from './reports/ledger-api.module.js';
import { StandingApiModule } from './reports/standing-api.module.js';
import { SipModule } from './sip/sip.module.js';
import { PresenceApiModule } from './supervision/presence-api.module.js';
import { SupervisionModule } from './supervision/supervision.module.js';

@Module({})
export class AppModule {
  /** @param settings complete: every outer box has its address */
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CommonModule.with(settings),
        DatabaseModule,
        LedgerModule,
        JobsModule,
        IdentityModule,
        ProvisioningModule,
        SipModule,
        PromptsModule,
        MediaModule,
        ClientsModule,
        CallsModule,
        FollowUpsModule,
        RecordingsModule,
        RecordingControlModule,
        SupervisionModule,
        PhoneModule,
        HealthModule,
        CallsApiModule,
        ClientsApiModule,
        FollowUpsApiModule,
        RecordingsApiModule,
        LedgerApiModule,
        FiguresApiModule,
        StandingApiModule,
        MediaApiModule,
        PresenceApiModule,
      ],
    };
  }
}
