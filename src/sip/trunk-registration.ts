import { randomBytes } from 'node:crypto';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import type { TrunkConfig } from '../provisioning/config.js';
import { DigestClient } from './digest-client.js';
import type { DrachtioConnection } from './drachtio.connection.js';
import { SipRejected } from './sip-rejected.js';
import { escapeUser, parseNameAddress, parseSipUri, splitOutside } from './sip-values.js';
import { plainAddress } from './source.js';
import type { StackResponse } from './stack.js';
import { USER_AGENT } from './uac.js';

const ASKED_EXPIRES_S = 600;
const REQUEST_WAIT_MS = 32_000;
const UNREGISTER_WAIT_MS = 2_000;
const BACKOFF_FIRST_MS = 2_000;
const BACKOFF_MAX_MS = 300_000;
/** Longest wait that a carrier may put on us by Retry-After. */
const RETRY_AFTER_MAX_S = 3_600;

export interface TrunkState {
  state: 'registering' | 'registered' | 'failed' | 'stopped';
  /** ISO 8601 UTC, since when. */
  since: string;
  /** The last final response's status; undefined before the first. */
  status?: number;
  reason?: string;
  /** ISO 8601 UTC. */
  expiresAt?: string;
}

/** Milliseconds from a success to the refresh: 30 s before the end, or half-way where that is near. */
export const refreshDelay = (expiresS: number): number =>
  (expiresS > 60 ? expiresS - 30 : expiresS / 2) * 1000;

/** Milliseconds to the next try after the n-th failure in a row: doubled each time, a fifth of it at random. */
export function backoffDelay(failures: number, random = Math.random()): number {
  const delay = Math.min(BACKOFF_FIRST_MS * 2 ** Math.max(0, failures - 1), BACKOFF_MAX_MS);
  return Math.round(delay * (0.8 + 0.4 * random));
}

/** Our registration with one carrier (RFC 3261 §10.2), kept alive until stop(). */
export class TrunkRegistration {
  /** Where the carrier's answer came from: its calls may come from there. */
  sourceAddress?: string;
  private current: TrunkState = { state: 'registering', since: clock.iso() };
  private readonly callId = randomBytes(16).toString('hex');
  private cseq = 0;
  private asked = ASKED_EXPIRES_S;
  private failures = 0;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private readonly digest: DigestClient;

  /**
   * @param contactUser the user part of our contact: nobody but the carrier knows it
   * @param onChange told of every answer of the carrier
   */
  constructor(
    private readonly connection: DrachtioConnection,
    readonly trunk: TrunkConfig,
    readonly contactUser: string,
    private readonly onChange: () => void,
  ) {
    this.digest = new DigestClient({ username: trunk.username ?? '', password: trunk.password ?? '' });
  }

  get state(): TrunkState {
    return this.current;
  }

  /** Registers now, and again after a reconnect. */
  start(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    void this.register();
  }

  /** Leaves the registration as it is, to whoever registers the same contact now. */
  leave(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Takes our contact away, if the carrier answers in time. Never throws. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.leave();
    const wasRegistered = this.current.state === 'registered';
    this.enter({ state: 'stopped' });
    if (wasRegistered) await this.exchange(0, UNREGISTER_WAIT_MS).catch(() => undefined);
  }

  private async register(): Promise<void> {
    try {
      const response = await this.exchange(this.asked, REQUEST_WAIT_MS);
      if (this.stopped) return;
      if (response.status < 300) return this.onRegistered(response);
      const minimum = Number.parseInt(response.get('min-expires') ?? '', 10);
      // RFC 3261 §10.2.8
      if (response.status === 423 && minimum > this.asked && minimum <= 86_400) {
        this.asked = minimum;
        return this.start();
      }
      this.onFailed(new SipRejected(response.status, response.reason), retryAfterMs(response));
    } catch (error) {
      if (!this.stopped)
        this.onFailed(error instanceof SipRejected ? error : new SipRejected(500, messageOf(error)));
    }
  }

  /** One REGISTER, with the answers to its challenges. @returns the final response */
  private async exchange(expires: number, timeoutMs: number): Promise<StackResponse> {
    const uri = `sip:${this.trunk.host}`;
    this.digest.begin();
    let credentials = this.digest.again('REGISTER', uri);
    for (let tries = 0; ; tries++) {
      const response = await this.connection.request(this.toRequest(uri, expires, credentials), timeoutMs);
      this.sourceAddress = plainAddress(response.source_address) || this.sourceAddress;
      credentials = tries < 3 ? this.digest.answer(response, 'REGISTER', uri) : undefined;
      if (!credentials) return response;
    }
  }

  private toRequest(uri: string, expires: number, credentials: Record<string, string> | undefined) {
    const { host, port, transport, username } = this.trunk;
    const aor = `<sip:${escapeUser(username ?? '')}@${host}>`;
    const viaTransport = transport === 'udp' ? '' : `;transport=${transport}`;
    return {
      method: 'REGISTER',
      uri,
      proxy: `sip:${host}:${port}${viaTransport}`,
      headers: {
        From: aor,
        To: aor,
        'Call-ID': this.callId,
        CSeq: `${++this.cseq} REGISTER`,
        Contact: `<sip:${this.contactUser}@localhost${viaTransport}>;expires=${expires}`,
        Expires: String(expires),
        'User-Agent': USER_AGENT,
        ...credentials,
      },
    };
  }

  private onRegistered(response: StackResponse): void {
    const seconds = this.granted(response);
    this.failures = 0;
    this.enter({
      state: 'registered',
      status: response.status,
      expiresAt: new Date(clock.now() + seconds * 1000).toISOString(),
    });
    this.timer = setTimeout(() => void this.register(), refreshDelay(seconds));
  }

  /** RFC 3261 §10.2.4: what the carrier granted to our contact, which may be less than we asked for. */
  private granted(response: StackResponse): number {
    const ours = splitOutside(response.get('contact') ?? '', ',')
      .map(parseNameAddress)
      .find((contact) => contact && parseSipUri(contact.uri)?.user === this.contactUser);
    const seconds = Number.parseInt(ours?.params.get('expires') ?? response.get('expires') ?? '', 10);
    return seconds > 0 ? Math.min(seconds, 86_400) : this.asked;
  }

  private onFailed(error: SipRejected, retryAfter?: number): void {
    this.failures += 1;
    this.enter({ state: 'failed', status: error.status, reason: error.reason });
    this.timer = setTimeout(() => void this.register(), retryAfter ?? backoffDelay(this.failures));
  }

  private enter(next: Omit<TrunkState, 'since'>): void {
    const isNews = next.state !== this.current.state || next.status !== this.current.status;
    this.current = { ...next, since: next.state === this.current.state ? this.current.since : clock.iso() };
    this.onChange();
    if (!isNews) return;
    const level = next.state === 'failed' ? 'warn' : 'info';
    log('sip')[level]({ trunk: this.trunk.name, ...this.current }, 'trunk registration');
  }
}

/** RFC 3261 §20.33 */
function retryAfterMs(response: StackResponse): number | undefined {
  const seconds = Number.parseInt(response.get('retry-after') ?? '', 10);
  return seconds > 0 ? Math.min(seconds, RETRY_AFTER_MAX_S) * 1000 : undefined;
}
