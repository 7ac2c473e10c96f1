import type { DrachtioServerCounts } from './drachtio-server/index.js';

/** What the engine is to do; it reaches the child process as the first message, never in argv or environment. */
export interface EngineSettings {
  sip: {
    ip: string;
    port: number;
    wsPort?: number;
    /** Paths of PEM files. */
    tls?: { port: number; cert: string; key: string };
  };
  /** Port 0: any free one. holdUntilRouted: calls that come before the control plane wait for it. */
  drachtio: { port: number; secret: string; holdUntilRouted?: boolean };
  media: {
    sipPort: number;
    eslPort: number;
    eslPassword: string;
    rtpIp: string;
    /** First and last, inclusive. */
    rtpPorts: [number, number];
    /** Absolute. */
    recordingsDir: string;
    promptsDir: string;
    rtpTimeoutS: number;
  };
  logLevel?: string;
}

/** For assertions that nothing is left behind, and for metrics. */
export interface EngineCounts {
  drachtio: DrachtioServerCounts;
  media: { channels: number; rtpPorts: number; paced: number; worstPacerLatenessMs: number };
}

export interface EngineReady {
  sip: { port: number; wsPort?: number };
  drachtio: { port: number };
  esl: { port: number };
  mediaSip: { port: number };
}

/** Parent to child. */
export type EngineOrder = { start: EngineSettings } | { count: number } | { stop: true };

/** Child to parent. */
export type EngineReply =
  | { ready: EngineReady }
  | { failed: { code?: string; port?: number; address?: string; path?: string; message: string } }
  | { counted: number; counts: EngineCounts };
