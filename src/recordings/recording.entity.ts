import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('recording')
export class Recording {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'call_id' }) callId!: string;
  /** Below RECORDINGS_DIR. */
  @Column('text') path!: string;
  @Column('text') state!: 'recording' | 'stored' | 'missing';
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('int', { name: 'duration_ms', nullable: true }) durationMs!: number | null;
  @Column('bigint', { name: 'size_bytes', nullable: true }) sizeBytes!: string | null;
  @Column('bytea', { nullable: true }) sha256!: Buffer | null;
}
