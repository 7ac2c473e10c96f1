import { Module } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { MediaServers } from '../media/media-servers.js';
import { DrachtioConnection } from '../sip/drachtio.connection.js';
import { Ingress } from '../sip/ingress.js';
import { SipModule } from '../sip/sip.module.js';
import { AnswerNotes } from './answer-notes.js';
import { CallKeeper } from './call-keeper.js';
import { AttendedTransfer } from './attended-transfer.js';
import { BlindTransfer } from './blind-transfer.js';
import { CallbackLedger } from './callback-ledger.js';
import { CallLedger } from './call-ledger.js';
import { CallLife } from './call-life.js';
import { CallRecording } from './call-recording.js';
import { CallRecovery } from './call-recovery.js';
import { CallsOut } from './calls-out.js';
import { CallsOutController } from './calls-out.controller.js';
import { ClickCallHandler } from './click-call.handler.js';
import { ClientDialer } from './client-dialer.js';
import { ClientReach } from './client-reach.js';
import { ControlPlanes } from './control-planes.js';
import { Conversation } from './conversation.js';
import { DialLedger } from './dial-ledger.js';
import { DeviceCallHandler } from './device-call.handler.js';
import { FeatureCodes } from './feature-codes.js';
import { HangUps } from './hang-ups.js';
import { Hold } from './hold.js';
import { InboundCallHandler } from './inbound-call.handler.js';
import { InternalCallHandler } from './internal-call.handler.js';
import { LeftCalls } from './left-calls.js';
import { LiveCalls } from './live-calls.js';
import { ManagerDialer } from './manager-dialer.js';
import { MaskedCallbackHandler } from './masked-callback.handler.js';
import { MobileDialer } from './mobile-dialer.js';
import { MobileQuestions } from './mobile-questions.js';
import { OutboundCallHandler } from './outbound-call.handler.js';
import { OutboundNumbers } from './outbound-numbers.js';
import { PickUpHandler } from './pick-up.handler.js';
import { PlanWalker } from './plan-walker.js';
import { ProxyLeases } from './proxy-leases.js';
import { RecordingPauses } from './recording-pauses.js';
import { ReferHandler } from './refer.handler.js';
import { RingingPhones } from './ringing-phones.js';
import { SealedDialogs } from './sealed-dialogs.js';
import { SpokenRefusal } from './spoken-refusal.js';
import { TalkLedger } from './talk-ledger.js';
import { Talks } from './talks.js';
import { TrunkTestController } from './trunk-test.controller.js';
import { TrunkTest } from './trunk-test.js';
import { UnwrittenAnswers } from './unwritten-answers.js';

@Module({
  imports: [SipModule],
  controllers: [CallsOutController, TrunkTestController],
  providers: [
    AnswerNotes,
    CallKeeper,
    AttendedTransfer,
    BlindTransfer,
    CallLedger,
    CallbackLedger,
    CallLife,
    CallRecording,
    CallRecovery,
    CallsOut,
    ClickCallHandler,
    ClientDialer,
    ClientReach,
    ControlPlanes,
    Conversation,
    DeviceCallHandler,
    DialLedger,
    FeatureCodes,
    HangUps,
    Hold,
    InboundCallHandler,
    InternalCallHandler,
    LeftCalls,
    LiveCalls,
    ManagerDialer,
    MaskedCallbackHandler,
    MobileDialer,
    MobileQuestions,
    OutboundCallHandler,
    OutboundNumbers,
    PickUpHandler,
    PlanWalker,
    ProxyLeases,
    RecordingPauses,
    ReferHandler,
    RingingPhones,
    SealedDialogs,
    SpokenRefusal,
    TalkLedger,
    Talks,
    TrunkTest,
    UnwrittenAnswers,
  ],
  exports: [CallRecovery, ControlPlanes, FeatureCodes, LiveCalls, RecordingPauses, SpokenRefusal],
})
export class CallsModule {
  constructor(
    ingress: Ingress,
    handler: InboundCallHandler,
    callbacks: MaskedCallbackHandler,
    deviceHandler: DeviceCallHandler,
    liveCalls: LiveCalls,
    mediaServers: MediaServers,
    drachtio: DrachtioConnection,
    metrics: Metrics,
  ) {
    ingress.onInvite((invite) => callbacks.handle(invite, (ordinary) => handler.handle(ordinary)));
    ingress.onDeviceInvite((invite) => deviceHandler.handle(invite));
    // A restarted drachtio-server knows none of the dialogs: their BYEs would never come.
    drachtio.events.on('connected', ({ again }) => {
      if (again) liveCalls.endAll('signalling-lost');
    });
    metrics.gauge('live_calls', 'Calls in progress', () => liveCalls.size);
    metrics.gauge('live_legs', 'Legs on media servers', () => mediaServers.legs);
  }
}
