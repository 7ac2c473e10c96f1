import { readFile } from 'node:fs/promises';
import { SipEndpoint, type SipCounts } from '../sip-stack/index.js';
import type { AdminClient } from './admin-client.js';
import { AdminServer } from './admin-server.js';
import { parseAppMessage } from './app-message.js';
import { DialogStore } from './dialog-store.js';
import { EarlyRequests } from './early-requests.js';
import type { Engine } from './engine.js';
import type { Frame } from './frames.js';
import { Inbound } from './inbound.js';
import { InboundAnswers } from './inbound-answers.js';
import { MalformedCounts } from './malformed-counts.js';
import { Outbound } from './outbound.js';
import { OutboundInDialog } from './outbound-in-dialog.js';
import { ProxyRequests } from './proxy.js';
import { SentRequests } from './sent-requests.js';
import { ServerDialogs } from './server-dialogs.js';
import { WaitingRequests } from './waiting-requests.js';

export interface DrachtioServerSettings {
  sip: {
    ip: string;
    /** UDP and TCP; 0: any free one. */
    port: number;
    wsPort?: number;
    /** Paths of PEM files. */
    tls?: { port: number; cert: string; key: string };
  };
  drachtio: {
    /** On loopback; 0: any free one. */
    port: number;
    secret: string;
    /** Requests that come before the first application wait for it, instead of getting 503. Default: no. */
    holdUntilRouted?: boolean;
  };
  /** T1, T2, T4 in ms, for tests that can not wait 32 s. */
  timers?: { t1: number; t2: number; t4: number };
}

export interface DrachtioServerCounts extends SipCounts {
  clients: number;
  /** Verbs the clients have asked for. */
  routes: number;
  /** Requests of the network that an application has still to answer. */
  waiting: number;
  /** Requests of applications without a final response. */
  sent: number;
  /** INVITEs nobody was told of because they were malformed, by source address. */
  malformedInvites: Record<string, number>;
}

export interface RunningDrachtioServer {
  adminPort: number;
  sipPort: number;
  wsPort: number | undefined;
  tlsPort: number | undefined;
  counts(): DrachtioServerCounts;
  stop(): Promise<void>;
}

/**
 * A SIP server that speaks drachtio-server's admin protocol to the applications on loopback.
 * @throws the socket's error when a port is taken
 */
export async function startDrachtioServer(settings: DrachtioServerSettings): Promise<RunningDrachtioServer> {
  // RFC 3261 §17.2.1: an application may take longer than 200 ms, so 100 goes at once.
  const endpoint = new SipEndpoint({ tryingAfterMs: 0, dialWebSockets: false, timers: settings.timers });
  const dialogStore = new DialogStore();
  endpoint.dialogCount = () => dialogStore.size;
  const admin = new AdminServer(settings.drachtio.secret, {
    command: (client, frame) => command(client, frame),
    dropped: (client) => dropped(client),
    routed: (verb) => inbound.routed(verb),
    hostports: () => endpoint.listening.map((one) => `${one.protocol}/${one.ip}:${one.port}`).join(','),
  });
  const engine: Engine = { endpoint, admin, dialogs: dialogStore };
  const dialogs = new ServerDialogs(engine);
  const waiting = new WaitingRequests(endpoint.timers);
  const early = new EarlyRequests(settings.drachtio.holdUntilRouted ?? false);
  const inbound = new Inbound(engine, waiting, early);
  const answers = new InboundAnswers(engine, dialogs, waiting);
  const sent = new SentRequests(engine);
  const outbound = new Outbound(engine, dialogs, sent, new OutboundInDialog(engine, dialogs, sent));
  const proxies = new ProxyRequests(engine, waiting);
  const malformed = new MalformedCounts();

  function command(client: AdminClient, frame: Frame): void {
    if (frame.kind === 'proxy') return proxies.start(client, frame);
    const app = parseAppMessage(frame.payload);
    if (app === undefined) return client.reply(frame, 'NO|Invalid message format');
    if (app.status > 0) answers.answer(client, frame, app);
    else outbound.send(client, frame, app);
  }

  function dropped(client: AdminClient): void {
    waiting.forgetClient(client);
    sent.forgetClient(client);
    dialogStore.forgetClient(client);
  }

  endpoint.onRequest((request, transaction) => inbound.receive(request, transaction));
  endpoint.onAck((ack, source) => inbound.receiveAck(ack, source));
  endpoint.onMalformed((source, error) => malformed.count(source, error));

  async function stop(): Promise<void> {
    await admin.close();
    waiting.close();
    dialogStore.removeAll();
    await endpoint.close();
  }

  const { sip } = settings;
  try {
    const { port: sipPort } = await endpoint.listenUdpAndTcp(sip.ip, sip.port);
    const wsPort =
      sip.wsPort === undefined
        ? undefined
        : (await endpoint.listen({ protocol: 'ws', ip: sip.ip, port: sip.wsPort })).port;
    let tlsPort: number | undefined;
    if (sip.tls) {
      const [cert, key] = await Promise.all([readFile(sip.tls.cert, 'utf8'), readFile(sip.tls.key, 'utf8')]);
      const secure = { cert, key };
      tlsPort = (await endpoint.listen({ protocol: 'tls', ip: sip.ip, port: sip.tls.port, tls: secure }))
        .port;
    }
    const adminPort = await admin.listen(settings.drachtio.port);
    const counts = (): DrachtioServerCounts => ({
      ...endpoint.counts,
      clients: admin.size,
      routes: admin.routes,
      waiting: waiting.size,
      sent: sent.size,
      malformedInvites: malformed.bySource,
    });
    return { adminPort, sipPort, wsPort, tlsPort, counts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
