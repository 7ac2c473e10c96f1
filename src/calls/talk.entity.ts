import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A manager's time with the client of a call; a call that was passed on has several. */
@Entity('talk')
export class Talk {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'call_id' }) callId!: string;
  @Column('uuid', { name: 'extension_id', nullable: true }) extensionId!: string | null;
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
}
