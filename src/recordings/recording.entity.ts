import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RecordingView } from '../contracts/recordings.js';
import type { Party } from './sound-meter.js';

export type Form = RecordingView['forms'][number];

/** A stretch of silence that somebody asked for, as ISO 8601 times. */
export interface Pause {
  from: string;
  to: string | null;
}

/** One a call, however many media servers recorded it. */
@Entity('recording')
export class Recording {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'call_id' }) callId!: string;
  @Column('text') state!: RecordingView['state'];
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('int', { name: 'duration_ms', nullable: true }) durationMs!: number | null;
  @Column('bigint', { name: 'size_bytes', nullable: true }) sizeBytes!: string | null;
  @Column('bytea', { nullable: true }) sha256!: Buffer | null;
  @Column('uuid', { name: 'client_id', nullable: true }) clientId!: string | null;
  @Column('uuid', { name: 'manager_extension_id', nullable: true }) managerExtensionId!: string | null;
  @Column('text') direction!: RecordingView['direction'];
  @Column('text', { nullable: true }) outcome!: RecordingView['outcome'];
  @Column('uuid', { name: 'rule_id', nullable: true }) ruleId!: string | null;
  @Column('int', { name: 'retention_days', nullable: true }) retentionDays!: number | null;
  @Column('timestamptz', { name: 'delete_after', nullable: true }) deleteAfter!: Date | null;
  @Column('text', { array: true, default: [] }) silent!: Party[];
  @Column('int', { name: 'missing_ms', nullable: true }) missingMs!: number | null;
  @Column('jsonb', { default: [] }) pauses!: Pause[];
  /** When it may be made into Opus; null where it has been, or is not to be. */
  @Column('timestamptz', { name: 'opus_due', nullable: true }) opusDue!: Date | null;
  @Column('bytea', { nullable: true, select: false }) peaks!: Buffer | null;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null;
  @Column('text', { name: 'deleted_by', nullable: true }) deletedBy!: string | null;
  @Column('text', { name: 'deletion_reason', nullable: true }) deletionReason!: string | null;
}

/** What one media server recorded of it. */
@Entity('recording_segment')
export class RecordingSegment {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'recording_id' }) recordingId!: string;
  /** Below RECORDINGS_DIR; the file is there until it is sealed. */
  @Column('text') path!: string;
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('int', { name: 'offset_ms', nullable: true }) offsetMs!: number | null;
  @Column('int', { name: 'duration_ms', nullable: true }) durationMs!: number | null;
}

/** A sealed file and its key: without this row nobody can read it. */
@Entity('recording_file')
export class RecordingFile {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'recording_id' }) recordingId!: string;
  @Column('text') form!: Form;
  /** Below RECORDINGS_DIR. */
  @Column('text') path!: string;
  @Column('text', { name: 'content_type' }) contentType!: string;
  /** Of the audio; `sha256` too. */
  @Column('bigint', { name: 'size_bytes' }) sizeBytes!: string;
  @Column('bytea') sha256!: Buffer;
  /** 32 bytes as base64, sealed by the Sealer. */
  @Column('bytea', { name: 'key_sealed' }) keySealed!: Buffer;
}
