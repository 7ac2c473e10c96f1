import { randomBytes } from 'node:crypto';
import { configureLog } from '../../src/common/log.js';
import { Sealer } from '../../src/common/sealer.js';
import { TypedEvents } from '../../src/common/typed-events.js';
import type { Leadership } from '../../src/database/leadership.js';
import type { Notifications } from '../../src/database/notifications.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { LedgerWrite } from '../../src/ledger/ledger-write.js';
import { Snapshot, type TrunkConfig } from '../../src/provisioning/config.js';
import type { Provisioning } from '../../src/provisioning/provisioning.js';
import type { Binding } from '../../src/sip/binding.js';
import { applyChanges, type BindingChange } from '../../src/sip/binding-change.js';
import type { BindingStore } from '../../src/sip/binding-store.js';
import { DeviceAuth } from '../../src/sip/device-auth.js';
import { Dialogs } from '../../src/sip/dialogs.js';
import { DrachtioConnection } from '../../src/sip/drachtio.connection.js';
import { Ingress } from '../../src/sip/ingress.js';
import { InviteNaming } from '../../src/sip/invite-naming.js';
import { LegDialer } from '../../src/sip/leg-dialer.js';
import { Location } from '../../src/sip/location.js';
import type { PhoneCredentials } from '../../src/sip/phone-credentials.js';
import { Refusals } from '../../src/sip/refusals.js';
import { Registrar } from '../../src/sip/registrar.js';
import { SipCounters } from '../../src/sip/sip-counters.js';
import { SipEdge } from '../../src/sip/sip-edge.js';
import { Trunks } from '../../src/sip/trunks.js';
import { Uac } from '../../src/sip/uac.js';
import { startDrachtioServer } from './sip-server.js';

export const COMPANY_NUMBER = '+74950000100';

const trunkRow = (row: Partial<TrunkConfig>): TrunkConfig => ({
  id: 't1',
  companyId: 'c1',
  name: 'carrier',
  kind: 'address',
  sourceAddresses: ['127.0.0.1'],
  host: 'carrier.invalid',
  port: 5060,
  transport: 'udp',
  username: null,
  password: null,
  callerIdFormat: 'e164',
  dialFormat: 'e164',
  outboundProxy: null,
  enabled: true,
  ...row,
});

const extension = (number: string, maxDevices = 2) => ({
  id: `e${number}`,
  companyId: 'c1',
  number,
  name: `Manager ${number}`,
  maxDevices,
  sipPassword: `secret${number}`,
  mobile: null,
  mobileMode: 'with' as const,
  mobileDelayMs: 0,
  dialsNumbers: false,
  language: null,
  away: null,
});

/** One company with extensions 101 to 103 and the trunks given. */
export const snapshotWith = (trunks: Partial<TrunkConfig>[] = [{}]): Snapshot =>
  new Snapshot({
    companies: [
      {
        id: 'c1',
        name: 'Demo',
        country: 'RU',
        sipDomain: null,
        revealQuota: 20,
        proxyFreshDays: 30,
        callbackPin: null,
        stickyMinutes: 0,
        timeZone: null,
        recordsInternalCalls: false,
        keepOriginalRecordings: true,
        supervisionTone: null,
      },
    ],
    companyNumbers: [
      {
        id: 'n1',
        companyId: 'c1',
        number: COMPANY_NUMBER,
        name: 'Main',
        groupId: null,
        greeting: null,
        isProxy: false,
        stickyMinutes: null,
        announceRecording: null,
      },
    ],
    trunks: trunks.map(trunkRow),
    extensions: [extension('101'), extension('102'), extension('103')],
    groups: [],
  });

/** The SIP edge, whole, on a drachtio-server of its own; what lies outside the edge is kept in arrays. */
export async function startSipRig(snapshot = snapshotWith()) {
  configureLog('silent');
  const server = await startDrachtioServer();
  const written: LedgerWrite[] = [];
  const stored = new Map<string, readonly Binding[]>();
  const provisioning = { snapshot, events: new TypedEvents<{ changed: Snapshot }>() };
  const ledger = {
    write: async (write: LedgerWrite) => {
      written.push(write);
      return { where: 'database', result: {} };
    },
  };
  const store = {
    load: async () => [...stored.values()].flat(),
    save: (_: string, extensionId: string, changes: readonly BindingChange[]) =>
      stored.set(extensionId, applyChanges(stored.get(extensionId) ?? [], changes)),
    stop: async () => undefined,
    events: new TypedEvents(),
  };
  const leadership = {
    compete: (_: string, changed: (leads: boolean) => void) => changed(true),
    resign: async () => undefined,
  };
  const notifications = { on: () => undefined, send: async () => undefined };
  const sealer = new Sealer(randomBytes(32));
  const given = provisioning as unknown as Provisioning;
  const connection = new DrachtioConnection();
  const dialogs = new Dialogs(connection);
  const location = new Location(store as unknown as BindingStore, given);
  const credentials = { find: async () => undefined };
  const auth = new DeviceAuth(location, credentials as unknown as PhoneCredentials, sealer);
  const trunks = new Trunks(
    connection,
    given,
    leadership as unknown as Leadership,
    notifications as unknown as Notifications,
    sealer,
  );
  const refusals = new Refusals(ledger as unknown as Ledger, given, sealer);
  const ingress = new Ingress(connection, dialogs, new InviteNaming(given, location, auth, trunks), refusals);
  const registrar = new Registrar(connection, given, location, auth);
  const uac = new Uac(connection, dialogs);
  const edge = new SipEdge(connection, location, ingress, registrar, trunks, refusals);
  await edge.start(server.url);
  return {
    server,
    sipPort: server.sipPort,
    connection,
    location,
    trunks,
    ingress,
    uac,
    dialogs,
    dialer: new LegDialer(uac),
    edge,
    written,
    provisioning,
    counters: new SipCounters(connection, dialogs, ingress, uac),
    /** Replaces what is set up, as an administrator's change does. */
    setUp(next: Snapshot) {
      provisioning.snapshot = next;
      provisioning.events.publish('changed', next);
    },
    async stop() {
      await edge.stop();
      await server.stop();
    },
  };
}

export type SipRig = Awaited<ReturnType<typeof startSipRig>>;
