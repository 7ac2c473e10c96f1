import { hostname, networkInterfaces } from 'node:os';
import { Channels } from './channels.js';
import { EslServer } from './esl-server.js';
import { EventBus } from './esl-event.js';
import { Pacer } from './pacer.js';
import { PortPool } from './port-pool.js';
import type { MediaServerState } from './server-state.js';
import { SipProfile } from './sip-profile.js';
import { heartbeat } from './status-texts.js';
import { WavLibrary } from './wav-reader.js';

export interface MediaServerSettings {
  /** 0: any free one. */
  sipPort: number;
  eslPort: number;
  eslPassword: string;
  rtpIp: string;
  /** First and last, inclusive. */
  rtpPorts: [number, number];
  recordingsDir: string;
  promptsDir: string;
  /** Seconds without audio from a party until it is hung up (MEDIA_TIMEOUT). */
  rtpTimeoutS: number;
  /** Channels at once; beyond: 503. */
  maxChannels?: number;
  /** Seconds between HEARTBEAT events; FreeSWITCH's 20 where it is left out. */
  heartbeatS?: number;
}

/** SIP and ESL are for the control side alone. */
const CONTROL_IP = '127.0.0.1';
const MOST_CHANNELS = 1000;
const SESSIONS_PER_SECOND = 100;
const HEARTBEAT_S = 20;
/**
 * Who is on hold, or waits for somebody to talk to, may be silent for longer, by this factor: many carriers send no
 * audio before the answer (FreeSWITCH's media_timeout and media_hold_timeout in freeswitch/ are as long).
 */
const WAITING_FACTOR = 6;
/** How long a stop waits for the BYEs' answers and the recordings' last bytes. */
const DRAIN_MS = 2_000;

export interface RunningMediaServer {
  readonly sipPort: number;
  readonly eslPort: number;
  /** For assertions that nothing is left, and for metrics. */
  readonly counts: () => { channels: number; rtpPorts: number; paced: number; worstPacerLatenessMs: number };
  /** Starts the WebRTC thread before the first browser needs it: it takes its time. Never throws. */
  prepareForBrowsers(): Promise<void>;
  /** Hangs everybody up and closes everything. */
  stop(): Promise<void>;
}

/**
 * A media server that on its wires (SIP, RTP, ESL) behaves like FreeSWITCH with the configuration in freeswitch/.
 * @throws EADDRINUSE and the like, with the port in the error
 */
export async function startMediaServer(settings: MediaServerSettings): Promise<RunningMediaServer> {
  const channels = new Channels(settings.maxChannels ?? MOST_CHANNELS);
  const bus = new EventBus({ hostname: hostname(), ip: settings.rtpIp });
  const pacer = new Pacer();
  const ports = new PortPool(...settings.rtpPorts);
  const state: MediaServerState = {
    services: {
      bus,
      channels,
      wavs: new WavLibrary(),
      promptsDir: settings.promptsDir,
      recordingsDir: settings.recordingsDir,
    },
    channels,
    hostname: hostname(),
    sip: { ip: CONTROL_IP, port: settings.sipPort },
    startedAt: Date.now(),
    sessionsPerSecond: SESSIONS_PER_SECOND,
    paused: false,
  };
  const profile = new SipProfile(state, {
    rtpIp: settings.rtpIp,
    announcedIp: announced(settings.rtpIp),
    ports,
    pacer,
  });
  const esl = await EslServer.listen(settings.eslPort, settings.eslPassword, state);
  try {
    state.sip.port = await listenOnBoth(profile, settings.sipPort);
  } catch (error) {
    await esl.close();
    throw error;
  }
  const idle = idleCpu();
  const beat = setInterval(
    () => bus.publish('HEARTBEAT', () => heartbeat(state, idle())),
    (settings.heartbeatS ?? HEARTBEAT_S) * 1000,
  );
  const patience = settings.rtpTimeoutS * 1000;
  const watch = setInterval(
    () => {
      const now = performance.now();
      for (const channel of [...channels]) {
        const waits = !channel.peer || channel.media.held || channel.callState === 'HELD';
        const limit = waits ? WAITING_FACTOR * patience : patience;
        if (channel.isUp && now - channel.media.lastHeardAt > limit) channel.hangup('MEDIA_TIMEOUT');
      }
    },
    Math.min(1_000, patience / 4),
  );

  return {
    sipPort: state.sip.port,
    eslPort: esl.port,
    counts: () => ({
      channels: channels.size,
      rtpPorts: ports.inUse,
      paced: pacer.size,
      worstPacerLatenessMs: pacer.worstLatenessMs,
    }),
    prepareForBrowsers: () => profile.prepareForBrowsers(),
    async stop() {
      clearInterval(beat);
      clearInterval(watch);
      state.paused = true;
      bus.publish('SHUTDOWN', () => [['Event-Info', 'System Shutting Down']]);
      for (const channel of [...channels]) channel.hangup('SYSTEM_SHUTDOWN');
      const until = Date.now() + DRAIN_MS;
      while (Date.now() < until && (channels.size > 0 || profile.agent.counts.transactions > 0)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await esl.close();
      await profile.close();
    },
  };
}

/** What SDP may say: 0.0.0.0 would mean hold there, so then the machine's first outer address. */
function announced(ip: string): string {
  if (ip !== '0.0.0.0' && ip !== '::') return ip;
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal);
  return outer?.address ?? CONTROL_IP;
}

/** UDP and TCP on one port; where any port will do and its TCP twin is taken, UDP alone. */
async function listenOnBoth(profile: SipProfile, wanted: number): Promise<number> {
  const { port } = await profile.agent.listen({ protocol: 'udp', ip: CONTROL_IP, port: wanted });
  try {
    await profile.agent.listen({ protocol: 'tcp', ip: CONTROL_IP, port });
  } catch (error) {
    if (wanted !== 0) throw error;
  }
  return port;
}

/** Percent of one core this process leaves idle since the last question. */
function idleCpu(): () => number {
  let last = process.cpuUsage();
  let at = performance.now();
  return () => {
    const used = process.cpuUsage(last);
    const gone = (performance.now() - at) * 1000;
    last = process.cpuUsage();
    at = performance.now();
    return Math.max(0, Math.min(100, 100 - ((used.user + used.system) / gone) * 100));
  };
}
