import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { FeatureCodes } from '../calls/feature-codes.js';
import { SipModule } from '../sip/sip.module.js';
import { LiveFeed } from './live-feed.js';
import { LiveWatchers } from './live-watchers.js';
import { CallLegs } from './call-legs.js';
import { SuperviseController } from './supervise.controller.js';
import { Supervise } from './supervise.js';
import { SuperviseAccess } from './supervise-access.js';
import { SupervisionLedger } from './supervision-ledger.js';
import { SupervisionTone } from './supervision-tone.js';
import { Supervisions } from './supervisions.js';
import { SupervisorDevices } from './supervisor-devices.js';
import { Supervisors } from './supervisors.js';

@Module({
  imports: [CallsModule, SipModule],
  controllers: [SuperviseController],
  providers: [
    LiveFeed,
    LiveWatchers,
    CallLegs,
    Supervise,
    SuperviseAccess,
    SupervisionLedger,
    SupervisionTone,
    Supervisions,
    SupervisorDevices,
    Supervisors,
  ],
})
export class SupervisionModule {
  /** What a supervisor dials before a call's short number. */
  constructor(features: FeatureCodes, supervise: Supervise) {
    features.on('*10', (invite, shortNumber) => supervise.fromPhone(invite, 'listen', shortNumber));
    features.on('*11', (invite, shortNumber) => supervise.fromPhone(invite, 'whisper', shortNumber));
    features.on('*12', (invite, shortNumber) => supervise.fromPhone(invite, 'barge', shortNumber));
  }
}
