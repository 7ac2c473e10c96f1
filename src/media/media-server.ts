import { randomBytes } from 'node:crypto';
import { AppError, messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { SipRejected } from '../sip/sip-rejected.js';
import type { MediaKind } from '../sip/sip-target.js';
import type { InviteOptions, Uac } from '../sip/uac.js';
import { isOfBrowser, withCheapestCandidates } from './browser-sdp.js';
import { discoverSip } from './discovery.js';
import type { EslConnection } from './esl-connection.js';
import { EslConnections } from './esl-connections.js';
import { LeftChannel } from './left-channel.js';
import { MediaLeg } from './media-leg.js';
import { inactiveAnswer, type OfferedLeg } from './offered-leg.js';

/** A healthy media server answers an INVITE within tens of ms; past this it is sick. */
const INVITE_TIMEOUT_MS = 4_000;
/** How long a leg is believed in while its media server cannot be asked. */
const BELIEF_MS = 5_000;
const SWEEP_MS = 30_000;
const PROBE_MS = 10_000;
const TONE_PATIENCE_MS = 500;
/** Whose leg it is; sofia keeps headers that begin with X- as variables of the channel. */
const OWNER_HEADER = 'X-Linekeeper-Owner';
const OWNER_VARIABLE = `sip_h_${OWNER_HEADER}`;

/** A leg's Call-ID, and so its channel's uuid: FreeSWITCH reads orders letter by letter, and each order names a leg. */
const shortId = () => randomBytes(8).toString('hex');

type LegOptions = Pick<InviteOptions, 'timeoutMs'> & Required<Pick<InviteOptions, 'headers'>>;

/** sick: it takes commands and answers no INVITE. */
export type MediaServerHealth = 'up' | 'sick' | 'down';

export interface MediaServerAddress {
  host: string;
  eslPort: number;
  password: string;
}

/** `esl://:password@host:8021` */
export function parseMediaServerUrl(url: string): MediaServerAddress {
  const { hostname, port, password } = new URL(url);
  return { host: hostname, eslPort: Number(port || 8021), password: decodeURIComponent(password) };
}

/** One FreeSWITCH: its commands (modesl), its discovery (drachtio-fsmrf), its health, and our legs on it. */
export class MediaServer {
  private readonly connections: EslConnections;
  private readonly legs = new Map<string, MediaLeg>();
  /** `ip:port` of its profile; undefined until it is found. */
  private sipAddress?: string;
  /** No new calls here; those that live go on. */
  draining = false;
  private pending = 0;
  private owner = '';
  private sick = false;
  private probing = false;
  private downTimer?: NodeJS.Timeout;
  private sweepTimer?: NodeJS.Timeout;
  private probeTimer?: NodeJS.Timeout;
  private readonly log = log('media');

  constructor(
    private readonly address: MediaServerAddress,
    private readonly uac: Uac,
  ) {
    this.connections = new EslConnections(address.host, address.eslPort, address.password);
    const { events } = this.connections;
    events.on('up', () => {
      clearTimeout(this.downTimer);
      return this.sweep();
    });
    events.on('down', () => {
      clearTimeout(this.downTimer);
      this.downTimer = setTimeout(() => this.loseAll(), BELIEF_MS);
    });
    // Nobody listens on its port any more: the process is dead, and its legs with it.
    events.on('dead', () => this.loseAll());
  }

  /** For orders that no leg of ours gives. */
  get esl(): EslConnection {
    return this.connections.first;
  }

  has(leg: MediaLeg): boolean {
    return this.legs.get(leg.uuid) === leg;
  }

  get name(): string {
    return `${this.address.host}:${this.address.eslPort}`;
  }

  /** Legs alive or being made here, by this control plane. */
  get load(): number {
    return this.legs.size + this.pending;
  }

  /** Whether it gets new calls. */
  get isUp(): boolean {
    return this.health === 'up' && !this.draining;
  }

  get health(): MediaServerHealth {
    if (!this.connections.isUp || this.sipAddress === undefined) return 'down';
    return this.sick ? 'sick' : 'up';
  }

  /** Of all control planes. @throws AppError when it does not answer */
  async channels(): Promise<number> {
    const count = /^(\d+) session\(s\) - peak/m.exec(await this.esl.api('status'))?.[1];
    if (count === undefined)
      throw new AppError('media-command', 'status does not tell the number of sessions');
    return Number(count);
  }

  /**
   * Legs that an earlier life of the owner left here are ended, but for those to keep.
   * @param srf the drachtio client, which drachtio-fsmrf wants to hold
   * @param owner the control plane whose legs ours are
   * @param keep uuids of channels
   * @throws AppError with what to do
   */
  async connect(srf: unknown, owner: string, keep: readonly string[] = []): Promise<void> {
    this.owner = owner;
    try {
      await this.connections.connect();
      await this.hangUpAllOf(owner, keep);
      this.sipAddress = await discoverSip(srf, this.esl, this.address.password);
    } catch (error) {
      this.connections.disconnect(); // who tries again connects anew
      throw error;
    }
    this.sweepTimer = setInterval(() => void this.sweep(), SWEEP_MS);
    this.probeTimer = setInterval(() => void this.probe(), PROBE_MS);
    this.log.info({ server: this.name, sip: this.sipAddress }, 'media server ready');
  }

  close(): void {
    clearTimeout(this.downTimer);
    clearInterval(this.sweepTimer);
    clearInterval(this.probeTimer);
    this.connections.close();
  }

  /** Ends every channel of a control plane that is no more, but for those to keep, which become ours. */
  async hangUpAllOf(owner: string, keep: readonly string[] = []): Promise<void> {
    const giveTo = (whom: string) =>
      Promise.all(
        keep.map((uuid) =>
          this.esl.api('uuid_setvar', `${uuid} ${OWNER_VARIABLE} ${whom}`).catch(() => undefined),
        ),
      );
    await giveTo('nobody');
    await this.esl.api('hupall', `MANAGER_REQUEST ${OWNER_VARIABLE} ${owner}`);
    await giveTo(this.owner);
  }

  /**
   * Plays a tone to a channel, whoever it belongs to: once more where its end is not told, as when it was ordered while
   * FreeSWITCH was still breaking off what played before. Never throws.
   * @param script of a tone_stream
   */
  async playTone(uuid: string, script: string, ms: number): Promise<void> {
    for (let tries = 0; tries < 2; tries++) {
      const end = new Promise<boolean>((resolve) => {
        const finish = (isThrough: boolean) => {
          clearTimeout(timer);
          for (const forget of listening) forget();
          resolve(isThrough);
        };
        const timer = setTimeout(() => finish(false), ms + TONE_PATIENCE_MS);
        const listening = [
          this.esl.listen('CHANNEL_HANGUP_COMPLETE', uuid, () => finish(true)),
          this.esl.listen('PLAYBACK_STOP', uuid, (header) => {
            if (header('Playback-File-Path')?.includes(script)) finish(true);
          }),
        ];
      });
      await this.esl.api('uuid_broadcast', `${uuid} tone_stream://${script} aleg`).catch(() => undefined);
      if (await end) return;
    }
  }

  /** Whether these two channels are here, and joined to each other. */
  async joins(uuid: string, other: string): Promise<boolean> {
    const [joined, exists] = await Promise.all([
      this.esl.api('uuid_getvar', `${uuid} bridge_uuid`).catch(() => ''),
      this.esl.api('uuid_exists', other).catch(() => ''),
    ]);
    return joined === other && exists === 'true';
  }

  /** A channel that a process left which is no more, as a leg of ours. */
  takeOver(uuid: string): MediaLeg {
    return this.adopt(new LeftChannel(uuid, this.esl), true); // what it may play is not known
  }

  /** A leg for a party who offers: give it the party's SDP; its `sdp` is the answer for the party. */
  async receive(offer: string): Promise<MediaLeg> {
    return this.making(async (options) =>
      this.adopt(await this.uac.invite(this.uri(), { ...options, offer: withCheapestCandidates(offer) })),
    );
  }

  /** A leg that offers to parties who are yet to ring. @param media what they take: RTP, or WebRTC */
  async offer(media: MediaKind = 'rtp'): Promise<OfferedLeg> {
    return this.making(async (options) => {
      // The gateway of this name in freeswitch/sofia.xml makes the offer one for browsers.
      const uri = media === 'webrtc' ? `${this.uri()};gw=webrtc` : this.uri();
      const offered = await this.uac.inviteForOffer(uri, options);
      const dialog = await offered.accept(inactiveAnswer(offered.offer));
      return { offer: offered.offer, leg: this.adopt(dialog).offered() };
    });
  }

  /**
   * A leg for a party who talks, in the place of one that is lost.
   * @param remoteSdp the party's last
   * @param reinvite gives the party an offer @returns his answer
   */
  async replace(remoteSdp: string, reinvite: (offer: string) => Promise<string>): Promise<MediaLeg> {
    const { leg, offer } = isOfBrowser(remoteSdp) ? await this.offer('webrtc') : await this.anew(remoteSdp);
    try {
      const answer = await reinvite(offer);
      // A browser answers a new fingerprint with a connection of its own (RFC 8842 §3.1): what it said before is void.
      if (isOfBrowser(answer)) await leg.modify(answer);
      return leg;
    } catch (error) {
      void leg.end();
      throw error;
    }
  }

  private async anew(remoteSdp: string): Promise<OfferedLeg> {
    const leg = await this.receive(remoteSdp);
    return { leg, offer: leg.sdp };
  }

  /**
   * A synthetic leg, made and ended: a server that takes commands but answers no INVITE is sick (overloaded, stopped),
   * and gets no calls until it does.
   */
  private async probe(): Promise<void> {
    if (this.probing || !this.connections.isUp) return;
    this.probing = true;
    try {
      const { leg } = await this.offer();
      await leg.end();
      if (this.sick) this.log.info({ server: this.name }, 'media server is well again');
      this.sick = false;
    } catch (error) {
      if (!this.sick)
        this.log.error({ server: this.name, error: messageOf(error) }, 'media server is sick: left out');
      this.sick = true;
    } finally {
      this.probing = false;
    }
  }

  /** Legs whose channel is gone without a BYE: a killed FreeSWITCH sends none. */
  private async sweep(): Promise<void> {
    for (const leg of [...this.legs.values()]) {
      if (!(await leg.exists())) await this.lose(leg);
    }
  }

  private loseAll(): void {
    for (const leg of [...this.legs.values()]) void this.lose(leg);
  }

  private async lose(leg: MediaLeg): Promise<void> {
    leg.lost('server-lost');
    await leg.dialog.bye();
  }

  private uri(): string {
    if (!this.sipAddress) throw unavailable();
    return `sip:leg@${this.sipAddress}`;
  }

  private adopt(dialog: MediaLeg['dialog'], mayPlay = false): MediaLeg {
    const leg = new MediaLeg(dialog, this.connections, (gone) => this.legs.delete(gone.uuid), mayPlay);
    this.legs.set(leg.uuid, leg);
    leg.watch(); // now that it can be released
    return leg;
  }

  private async making<T>(make: (options: LegOptions) => Promise<T>): Promise<T> {
    const uuid = shortId();
    const headers = { 'Call-ID': uuid, [OWNER_HEADER]: this.owner };
    this.pending += 1;
    try {
      return await make({ headers, timeoutMs: INVITE_TIMEOUT_MS });
    } catch (error) {
      // Where drachtio-server was lost meanwhile FreeSWITCH may have the leg, acknowledged, and nobody to end it.
      void this.esl.api('uuid_kill', uuid).catch(() => undefined);
      // 488 and 606 speak of the party's SDP; anything else is the media server's own trouble.
      if (error instanceof SipRejected && [415, 488, 606].includes(error.status)) {
        throw new AppError('no-common-codec', 'no codec in common: offer PCMA, PCMU, G.722 or Opus', {
          sipStatus: 488,
          cause: 65,
          blame: 'caller',
        });
      }
      if (error instanceof AppError) throw error;
      throw unavailable(messageOf(error));
    } finally {
      this.pending -= 1;
    }
  }
}

export const unavailable = (detail = '') =>
  new AppError('media-unavailable', `no media server takes the call${detail && `: ${detail}`}`, {
    sipStatus: 503,
    cause: 41,
  });
