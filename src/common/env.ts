import { accessSync, constants, mkdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from './app-error.js';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65535).default(fallback);
const optionalPort = z.coerce.number().int().min(1).max(65535).optional();
const url = (...schemes: string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.replace(':', '')), {
      message: `is no address of the form ${schemes[0]}://user:secret@host:port`,
    })
    .optional();
const isLoopback = (ip: string) => /^127\./.test(ip) || ip === '::1';

/** Every setting: its name in the environment, its unit, its default. */
const schema = z.object({
  HTTP_PORT: port(8080),
  SIP_PORT: port(5060),
  /** SIP over WebSocket; left out, SIP_PORT + 6. */
  SIP_WS_PORT: optionalPort,
  /** Where the control plane reaches the SIP server's WebSocket for the pages; left out, SIP_WS_PORT of its host. */
  SIP_WS_URL: url('ws', 'wss'),
  /** stun: and turn: servers that browsers are told of, separated by commas; none is needed where they reach the media. */
  ICE_SERVERS: z
    .string()
    .refine((text) => text.split(',').every((one) => /^(stun|turn)s?:[^\s,]+$/.test(one.trim())), {
      message: 'is no list like stun:stun.example.com:3478,turn:user:password@turn.example.com:3478',
    })
    .optional(),
  /** SIP over TLS; open only where TLS_CERT and TLS_KEY are given. */
  SIP_TLS_PORT: optionalPort,
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  LISTEN_IP: z
    .string()
    .refine((text) => isIP(text) !== 0, {
      message: 'is no IP address; give one of this machine, or 127.0.0.1',
    })
    .default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  ADMIN_EMAIL: z.email({ message: 'is no e-mail address' }).default('admin@example.com'),
  ADMIN_PASSWORD: z.string().min(12, { message: 'is too short: 12 characters or more' }).optional(),
  SEED: z.enum(['demo', 'none'], { message: 'is demo or none' }).default('demo'),
  DATABASE_URL: url('postgres', 'postgresql'),
  REDIS_URL: url('redis', 'rediss'),
  DRACHTIO_URL: url('drachtio'),
  /** One or several, separated by commas. */
  FREESWITCH_URL: z
    .string()
    .refine((text) => text.split(',').every((one) => URL.canParse(one) && new URL(one).protocol === 'esl:'), {
      message: 'is no address of the form esl://:password@host:8021 (several: separated by commas)',
    })
    .optional(),
  /** 32 bytes as base64; left out, a key file is made in DATA_DIR. */
  DATA_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, { message: 'is not 32 bytes in base64' })
    .optional(),
  /** A file with the data key, in base64; left out, DATA_DIR/data.key. A rotation writes the new key there. */
  DATA_KEY_FILE: z.string().optional(),
  /** Where the media server writes recordings; it must see the same folder. Left out, DATA_DIR/recordings. */
  RECORDINGS_DIR: z.string().optional(),
  /** The spoken prompts; the media server must see the same folder. Left out, freeswitch/prompts of this checkout. */
  PROMPTS_DIR: z.string().optional(),
  /** Prompts that companies upload; the media server must see the same folder. Left out, DATA_DIR/prompts. */
  OWN_PROMPTS_DIR: z.string().optional(),
  /** First and last UDP port for audio of the embedded engine. */
  RTP_PORTS: z
    .string()
    .regex(/^\d+-\d+$/, { message: 'is first-last, for example 20000-21999' })
    .default('20000-21999'),
  /** Milliseconds a ledger write may wait for PostgreSQL before it goes to the spool. */
  LEDGER_PATIENCE_MS: z.coerce.number().int().min(50).max(10_000).default(750),
  /** Calls at once per media server before new ones get 503 (telephony: below its collapse). */
  MAX_CALLS_PER_MEDIA_SERVER: z.coerce.number().int().min(1).default(250),
  /** Seconds that calls in progress may go on after a request to stop. */
  DRAIN_S: z.coerce.number().int().min(0).max(3600).default(30),
  /** Seconds without audio from either party until a call is ended. */
  RTP_TIMEOUT_S: z.coerce.number().int().min(1).default(60),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Settings = Readonly<
  z.infer<typeof schema> & {
    SIP_WS_PORT: number;
    SIP_WS_URL: string;
    RECORDINGS_DIR: string;
    PROMPTS_DIR: string;
    OWN_PROMPTS_DIR: string;
    DATA_DIR: string;
    loopbackOnly: boolean;
  }
>;

/** Thrown with one line per mistake. */
export class SettingsError extends AppError {
  constructor(readonly mistakes: string[]) {
    super('settings', mistakes.join('\n'));
  }
}

/** What a child process gets: our own environment with these changes. */
export const childEnvironment = (changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...changes,
});

/**
 * Reads and validates the settings; the only reader of the environment.
 * @param options makeFolders false: only looks, for who must change nothing
 * @throws SettingsError with one line per mistake
 */
export function readSettings(
  environment: NodeJS.ProcessEnv = process.env,
  { makeFolders = true } = {},
): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const settings = parsed.data;
  const mistakes: string[] = [];
  if (Boolean(settings.TLS_CERT) !== Boolean(settings.TLS_KEY)) {
    mistakes.push('TLS_CERT and TLS_KEY go together: give both or neither');
  }
  const dataDir = resolve(settings.DATA_DIR);
  try {
    if (makeFolders) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch {
    mistakes.push(`DATA_DIR ${settings.DATA_DIR} cannot be written: choose a folder this user may write to`);
  }
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  const wsPort = settings.SIP_WS_PORT ?? settings.SIP_PORT + 6;
  return Object.freeze({
    ...settings,
    DATA_DIR: dataDir,
    DATA_KEY_FILE: settings.DATA_KEY_FILE && resolve(settings.DATA_KEY_FILE),
    SIP_WS_PORT: wsPort,
    SIP_WS_URL: settings.SIP_WS_URL ?? `ws://${hostOf(settings)}:${wsPort}`,
    RECORDINGS_DIR: resolve(settings.RECORDINGS_DIR ?? `${dataDir}/recordings`),
    PROMPTS_DIR: resolve(
      settings.PROMPTS_DIR ?? fileURLToPath(new URL('../../freeswitch/prompts', import.meta.url)),
    ),
    OWN_PROMPTS_DIR: resolve(settings.OWN_PROMPTS_DIR ?? `${dataDir}/prompts`),
    loopbackOnly: isLoopback(settings.LISTEN_IP),
  });
}

/** The SIP server's host as the control plane reaches it. */
function hostOf({
  DRACHTIO_URL,
  LISTEN_IP,
}: Pick<z.infer<typeof schema>, 'DRACHTIO_URL' | 'LISTEN_IP'>): string {
  if (DRACHTIO_URL) return new URL(DRACHTIO_URL).hostname;
  if (LISTEN_IP === '0.0.0.0' || LISTEN_IP === '::') return '127.0.0.1';
  return LISTEN_IP.includes(':') ? `[${LISTEN_IP}]` : LISTEN_IP;
}
