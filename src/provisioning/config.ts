import type { PhoneNumber } from '../common/phone-number.js';

/** How a carrier is known: by where it sends from, or by our registration with it. */
export type TrunkKind = 'address' | 'registration';
export type Transport = 'udp' | 'tcp' | 'tls';
/** Whether a manager's mobile rings together with his softphones, or in their place once they rang in vain. */
export type MobileMode = 'with' | 'after';
/** When callers are told that the call is recorded. */
export type RecordingAnnouncement = 'before-ringing' | 'at-answer';
export type GroupStrategy = 'all' | 'in_turn' | 'longest_idle';

export interface CompanyConfig {
  readonly id: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2: how its callers' national numbers are read. */
  readonly country: string;
  /** The host part of its extensions' addresses; null: it answers to any host. */
  readonly sipDomain: string | null;
  /** How many clients' numbers one person may be shown within 24 hours. */
  readonly revealQuota: number;
  /** For how long after its last use a proxy number stands for nobody else on a mobile. */
  readonly proxyFreshDays: number;
  /** Asked of a mobile that calls back; null: nothing is asked. In the clear, in memory alone. */
  readonly callbackPin: string | null;
  /** How long after a conversation its client still reaches the same manager first; 0: never. */
  readonly stickyMinutes: number;
  /** IANA name, for times that are spoken; null: the machine's own. */
  readonly timeZone: string | null;
  /** Whether calls between its extensions are recorded. */
  readonly recordsInternalCalls: boolean;
  /** Whether the WAV of a recording is kept once there is an Opus file to play. */
  readonly keepOriginalRecordings: boolean;
}

export interface CompanyNumberConfig {
  readonly id: string;
  readonly companyId: string;
  /** E.164, with the plus. */
  readonly number: string;
  readonly name: string;
  readonly groupId: string | null;
  /** A prompt played before the phones ring; null: ringback. */
  readonly greeting: string | null;
  /** Of the pool by which mobiles call clients back. */
  readonly isProxy: boolean;
  /** In place of the company's, where set. */
  readonly stickyMinutes: number | null;
  /** null: never. */
  readonly announceRecording: RecordingAnnouncement | null;
}

export interface TrunkConfig {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  readonly kind: TrunkKind;
  /** IP addresses or CIDR networks. */
  readonly sourceAddresses: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  readonly username: string | null;
  /** In the clear, in memory alone. */
  readonly password: string | null;
  readonly enabled: boolean;
}

export interface MobileConfig {
  /** Of the number, whoever has it. */
  readonly id: string;
  readonly number: PhoneNumber;
}

export interface ExtensionConfig {
  readonly id: string;
  readonly companyId: string;
  readonly number: string;
  readonly name: string;
  readonly maxDevices: number;
  /** In the clear, in memory alone: digest wants HA1 per realm and algorithm (RFC 8760). */
  readonly sipPassword: string;
  /** Another phone of the same person, behind the carrier. */
  readonly mobile: MobileConfig | null;
  readonly mobileMode: MobileMode;
  /** How long the softphones ring before the mobile. */
  readonly mobileDelayMs: number;
}

export interface GroupConfig {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  readonly strategy: GroupStrategy;
  readonly ringTimeoutMs: number;
  readonly overflowGroupId: string | null;
  /** Ids of extensions, in ringing order. */
  readonly memberIds: readonly string[];
}

/** Which calls are recorded, and how long they are kept; null in a criterion: all. */
export interface RecordingRuleConfig {
  readonly id: string;
  readonly companyId: string;
  readonly position: number;
  readonly name: string;
  readonly companyNumberId: string | null;
  readonly direction: 'inbound' | 'outbound' | null;
  readonly extensionId: string | null;
  readonly sharePercent: number;
  readonly retentionDays: number | null;
}

/** All that is set up, at one moment. Never changed, only replaced whole. */
export class Snapshot {
  readonly companies: ReadonlyMap<string, CompanyConfig>;
  /** By E.164. */
  readonly companyNumbers: ReadonlyMap<string, CompanyNumberConfig>;
  readonly trunks: ReadonlyMap<string, TrunkConfig>;
  readonly extensions: ReadonlyMap<string, ExtensionConfig>;
  readonly groups: ReadonlyMap<string, GroupConfig>;
  /** In the order in which they are asked. */
  readonly recordingRules: ReadonlyMap<string, RecordingRuleConfig>;
  private readonly byNumber: ReadonlyMap<string, ExtensionConfig>;

  constructor(rows: {
    companies: readonly CompanyConfig[];
    companyNumbers: readonly CompanyNumberConfig[];
    trunks: readonly TrunkConfig[];
    extensions: readonly ExtensionConfig[];
    groups: readonly GroupConfig[];
    recordingRules?: readonly RecordingRuleConfig[];
  }) {
    this.companies = byId(rows.companies);
    this.companyNumbers = new Map(rows.companyNumbers.map((row) => [row.number, Object.freeze(row)]));
    this.trunks = byId(rows.trunks);
    this.extensions = byId(rows.extensions);
    this.groups = byId(rows.groups);
    this.recordingRules = byId([...(rows.recordingRules ?? [])].sort((a, b) => a.position - b.position));
    this.byNumber = new Map(rows.extensions.map((row) => [`${row.companyId}/${row.number}`, row]));
    Object.freeze(this);
  }

  static readonly empty = new Snapshot({
    companies: [],
    companyNumbers: [],
    trunks: [],
    extensions: [],
    groups: [],
  });

  /** Whose mobile a number is. */
  extensionByMobile(companyId: string, number: PhoneNumber): ExtensionConfig | undefined {
    for (const extension of this.extensions.values()) {
      if (extension.companyId === companyId && extension.mobile?.number.equals(number)) return extension;
    }
    return undefined;
  }

  extensionByNumber(companyId: string, number: string): ExtensionConfig | undefined {
    return this.byNumber.get(`${companyId}/${number}`);
  }
}

/** A declaration, for Snapshot.empty is made before the rest of this file runs. */
function byId<T extends { id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, Object.freeze(row)]));
}
