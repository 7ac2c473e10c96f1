import type { PhoneNumber } from '../common/phone-number.js';
import type { PromptLanguage } from '../contracts/prompts.js';

/** How a carrier is known: by where it sends from, or by our registration with it. */
export type TrunkKind = 'address' | 'registration';
export type Transport = 'udp' | 'tcp' | 'tls';
/** Whether a manager's mobile rings together with his softphones, or in their place once they rang in vain. */
export type MobileMode = 'with' | 'after';
/** When callers are told that the call is recorded. */
export type RecordingAnnouncement = 'before-ringing' | 'at-answer';
/** How a carrier wants numbers written: +74950000100, 74950000100, or as within the company's country. */
export type NumberFormat = 'e164' | 'digits' | 'national';
/** A beep. */
export interface Tone {
  readonly hertz: number;
  readonly ms: number;
}
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
  /** What both sides hear when a supervisor takes part in their call, or does so in another way; null: nothing. */
  readonly supervisionTone: Tone | null;
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
  /** How it wants the company number that the called side is shown. */
  readonly callerIdFormat: NumberFormat;
  /** How it wants the number that is called. */
  readonly dialFormat: NumberFormat;
  /** A sip: URI that calls out go to in place of the host; null: the host. */
  readonly outboundProxy: string | null;
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
  /** Which prompts he hears; null: the company's. */
  readonly language: PromptLanguage | null;
  /** How long the softphones ring before the mobile. */
  readonly mobileDelayMs: number;
  /** Whether it may dial telephone numbers, beside clients' codes. */
  readonly dialsNumbers: boolean;
  /** null: he said nothing of the kind. Whether it still holds: isAway(). */
  readonly away: AwayConfig | null;
}

/** Somebody who said that he is away. */
export interface AwayConfig {
  /** Ms since the epoch, when he means to be back; null: he will say so himself. */
  readonly backAt: number | null;
}

/** Whether he who has the extension is away. @param now ms since the epoch */
export const isAway = (extension: Pick<ExtensionConfig, 'away'> | undefined, now: number): boolean =>
  !!extension?.away && (extension.away.backAt === null || extension.away.backAt > now);

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

/** Whom a company's extensions may call, and how often. */
export interface DiallingRulesConfig {
  readonly companyId: string;
  /** ISO 3166-1 alpha-2. */
  readonly allowedCountries: readonly string[];
  /** Beginnings of numbers in E.164 that may be called beside those of the countries. */
  readonly allowedPrefixes: readonly string[];
  /** Dialled as they are, by everybody. */
  readonly emergencyNumbers: readonly string[];
  /** Caps of a day of the company's; null: none. */
  readonly callsPerDay: number | null;
  readonly minutesPerDay: number | null;
  readonly extensionCallsPerDay: number | null;
  readonly extensionMinutesPerDay: number | null;
  /** The company number for clients who know none; null: the first. */
  readonly defaultNumberId: string | null;
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
  private readonly diallingRules: ReadonlyMap<string, DiallingRulesConfig>;
  private readonly byNumber: ReadonlyMap<string, ExtensionConfig>;

  constructor(rows: {
    companies: readonly CompanyConfig[];
    companyNumbers: readonly CompanyNumberConfig[];
    trunks: readonly TrunkConfig[];
    extensions: readonly ExtensionConfig[];
    groups: readonly GroupConfig[];
    recordingRules?: readonly RecordingRuleConfig[];
    diallingRules?: readonly DiallingRulesConfig[];
  }) {
    this.companies = byId(rows.companies);
    this.companyNumbers = new Map(rows.companyNumbers.map((row) => [row.number, Object.freeze(row)]));
    this.trunks = byId(rows.trunks);
    this.extensions = byId(rows.extensions);
    this.groups = byId(rows.groups);
    this.recordingRules = byId([...(rows.recordingRules ?? [])].sort((a, b) => a.position - b.position));
    this.diallingRules = new Map(
      (rows.diallingRules ?? []).map((row) => [row.companyId, Object.freeze(row)]),
    );
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

  /** A company that has set none has those of its country. */
  diallingRulesOf(companyId: string): DiallingRulesConfig {
    return this.diallingRules.get(companyId) ?? usualRules(companyId, this.companies.get(companyId)?.country);
  }

  extensionByNumber(companyId: string, number: string): ExtensionConfig | undefined {
    return this.byNumber.get(`${companyId}/${number}`);
  }
}

/** A declaration, for Snapshot.empty is made before the rest of this file runs. */
function byId<T extends { id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, Object.freeze(row)]));
}

/** Its own country, the emergency number that telephones there know, and no caps. */
export function usualRules(companyId: string, country: string | undefined): DiallingRulesConfig {
  return {
    companyId,
    allowedCountries: country ? [country] : [],
    allowedPrefixes: [],
    emergencyNumbers: [country === 'US' || country === 'CA' ? '911' : '112'],
    callsPerDay: null,
    minutesPerDay: null,
    extensionCallsPerDay: null,
    extensionMinutesPerDay: null,
    defaultNumberId: null,
  };
}
