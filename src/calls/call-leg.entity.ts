import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An extension that was rung for a call. */
@Entity('call_leg')
export class CallLeg {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'call_id' }) callId!: string;
  @Column('uuid', { name: 'extension_id', nullable: true }) extensionId!: string | null;
  /** mobile: through the carrier. */
  @Column('text') via!: 'device' | 'mobile';
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'answered_at', nullable: true }) answeredAt!: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('int', { name: 'sip_status', nullable: true }) sipStatus!: number | null;
  @Column('int', { nullable: true }) cause!: number | null;
}
