import { Module } from '@nestjs/common';
import { HealthIndicators } from '../common/health-indicators.js';
import { Metrics } from '../common/metrics.js';
import { BindingStore } from './binding-store.js';
import { DeviceAuth } from './device-auth.js';
import { Dialogs } from './dialogs.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { Ingress } from './ingress.js';
import { InviteNaming } from './invite-naming.js';
import { LegDialer } from './leg-dialer.js';
import { Location } from './location.js';
import { PhoneCredentials } from './phone-credentials.js';
import { Refusals } from './refusals.js';
import { Registrar } from './registrar.js';
import { SipCounters } from './sip-counters.js';
import { SipEdge } from './sip-edge.js';
import { TrunkCheck } from './trunk-check.js';
import { TrunkDialer } from './trunk-dialer.js';
import { TrunkTroubles } from './trunk-troubles.js';
import { Trunks } from './trunks.js';
import { Uac } from './uac.js';

@Module({
  providers: [
    BindingStore,
    DeviceAuth,
    Dialogs,
    DrachtioConnection,
    Ingress,
    InviteNaming,
    LegDialer,
    Location,
    PhoneCredentials,
    Refusals,
    Registrar,
    SipCounters,
    SipEdge,
    TrunkCheck,
    TrunkDialer,
    TrunkTroubles,
    Trunks,
    Uac,
  ],
  exports: [
    Dialogs,
    DrachtioConnection,
    Ingress,
    LegDialer,
    Location,
    PhoneCredentials,
    Registrar,
    SipCounters,
    SipEdge,
    TrunkCheck,
    TrunkDialer,
    TrunkTroubles,
    Trunks,
    Uac,
  ],
})
export class SipModule {
  constructor(
    connection: DrachtioConnection,
    counters: SipCounters,
    location: Location,
    health: HealthIndicators,
    metrics: Metrics,
  ) {
    health.register('drachtio', async () => ({
      up: connection.isUp,
      ...(connection.isUp ? {} : { detail: 'no connection to drachtio-server' }),
    }));
    metrics.gauge('sip_dialogs', 'Established SIP dialogs', () => counters.counts.dialogs);
    metrics.gauge('sip_pending_invites', 'INVITEs without a final response', () => {
      const { inbound, outbound } = counters.counts;
      return inbound + outbound;
    });
    metrics.gauge('sip_devices', 'Devices registered now', () => location.size);
  }
}
