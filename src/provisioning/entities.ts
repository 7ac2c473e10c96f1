import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PromptLanguage } from '../contracts/prompts.js';
import type {
  NumberFormat,
  GroupStrategy,
  MobileMode,
  RecordingAnnouncement,
  Tone,
  Transport,
  TrunkKind,
} from './config.js';

/** What administrators set up, row by row. The application reads it whole, as a Snapshot (provisioning.ts). */
@Entity('company')
export class Company {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('char', { length: 2 }) country!: string;
  @Column('text', { name: 'sip_domain', nullable: true }) sipDomain!: string | null;
  @Column('int', { name: 'reveal_quota' }) revealQuota!: number;
  @Column('int', { name: 'proxy_fresh_days' }) proxyFreshDays!: number;
  @Column('bytea', { name: 'callback_pin_sealed', nullable: true }) callbackPinSealed!: Buffer | null;
  @Column('int', { name: 'sticky_minutes' }) stickyMinutes!: number;
  @Column('text', { name: 'time_zone', nullable: true }) timeZone!: string | null;
  @Column('boolean', { name: 'keep_original_recordings', default: true }) keepOriginalRecordings!: boolean;
  @Column('jsonb', { name: 'supervision_tone', nullable: true }) supervisionTone!: Tone | null;
  @Column('boolean', { name: 'records_internal_calls' }) recordsInternalCalls!: boolean;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('company_number')
export class CompanyNumber {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text') number!: string;
  @Column('text') name!: string;
  @Column('uuid', { name: 'group_id', nullable: true }) groupId!: string | null;
  @Column('text', { nullable: true }) greeting!: string | null;
  @Column('boolean', { name: 'is_proxy' }) isProxy!: boolean;
  @Column('int', { name: 'sticky_minutes', nullable: true }) stickyMinutes!: number | null;
  @Column('text', { name: 'announce_recording', nullable: true })
  announceRecording!: RecordingAnnouncement | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('trunk')
export class Trunk {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text') name!: string;
  @Column('text') kind!: TrunkKind;
  @Column('text', { name: 'source_addresses', array: true }) sourceAddresses!: string[];
  @Column('text') host!: string;
  @Column('int') port!: number;
  @Column('text') transport!: Transport;
  @Column('text', { nullable: true }) username!: string | null;
  @Column('bytea', { name: 'password_sealed', nullable: true }) passwordSealed!: Buffer | null;
  @Column('text', { name: 'caller_id_format', default: 'e164' }) callerIdFormat!: NumberFormat;
  @Column('text', { name: 'dial_format', default: 'e164' }) dialFormat!: NumberFormat;
  @Column('text', { name: 'outbound_proxy', nullable: true }) outboundProxy!: string | null;
  @Column('boolean') enabled!: boolean;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('extension')
export class Extension {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text') number!: string;
  @Column('text') name!: string;
  @Column('bytea', { name: 'sip_password_sealed' }) sipPasswordSealed!: Buffer;
  @Column('int', { name: 'max_devices' }) maxDevices!: number;
  @Column('uuid', { name: 'mobile_id', nullable: true }) mobileId!: string | null;
  @Column('text', { name: 'mobile_mode' }) mobileMode!: MobileMode;
  @Column('int', { name: 'mobile_delay_s' }) mobileDelayS!: number;
  @Column('boolean', { name: 'dials_numbers', default: false }) dialsNumbers!: boolean;
  @Column('text', { nullable: true }) language!: PromptLanguage | null;
  @Column('timestamptz', { name: 'away_since', nullable: true }) awaySince!: Date | null;
  @Column('timestamptz', { name: 'back_at', nullable: true }) backAt!: Date | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** A number that a manager takes calls on. */
@Entity('mobile')
export class Mobile {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('bytea', { name: 'number_sealed' }) numberSealed!: Buffer;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('ring_group')
export class RingGroup {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text') name!: string;
  @Column('text') strategy!: GroupStrategy;
  @Column('int', { name: 'ring_timeout_s' }) ringTimeoutS!: number;
  @Column('uuid', { name: 'overflow_group_id', nullable: true }) overflowGroupId!: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('ring_group_member')
export class RingGroupMember {
  @PrimaryColumn('uuid', { name: 'group_id' }) groupId!: string;
  @PrimaryColumn('uuid', { name: 'extension_id' }) extensionId!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('int') position!: number;
}

@Entity('recording_rule')
export class RecordingRule {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('int') position!: number;
  @Column('text') name!: string;
  @Column('uuid', { name: 'company_number_id', nullable: true }) companyNumberId!: string | null;
  @Column('text', { nullable: true }) direction!: 'inbound' | 'outbound' | null;
  @Column('uuid', { name: 'extension_id', nullable: true }) extensionId!: string | null;
  @Column('int', { name: 'share_percent' }) sharePercent!: number;
  @Column('int', { name: 'retention_days', nullable: true }) retentionDays!: number | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('dialling_rules')
export class DiallingRules {
  @PrimaryColumn('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text', { name: 'allowed_countries', array: true }) allowedCountries!: string[];
  @Column('text', { name: 'allowed_prefixes', array: true }) allowedPrefixes!: string[];
  @Column('text', { name: 'emergency_numbers', array: true }) emergencyNumbers!: string[];
  @Column('int', { name: 'calls_per_day', nullable: true }) callsPerDay!: number | null;
  @Column('int', { name: 'minutes_per_day', nullable: true }) minutesPerDay!: number | null;
  @Column('int', { name: 'extension_calls_per_day', nullable: true }) extensionCallsPerDay!: number | null;
  @Column('int', { name: 'extension_minutes_per_day', nullable: true }) extensionMinutesPerDay!:
    number | null;
  @Column('uuid', { name: 'default_number_id', nullable: true }) defaultNumberId!: string | null;
}

export const PROVISIONING_ENTITIES = [
  DiallingRules,
  Company,
  CompanyNumber,
  Trunk,
  Extension,
  Mobile,
  RingGroup,
  RingGroupMember,
  RecordingRule,
];
