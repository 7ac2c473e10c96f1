import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EndedBy, EndingName, Outcome } from './call-endings.js';
import type { LiveParts, PendingParts } from './live-call.js';

@Entity('call')
export class Call {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text') direction!: 'inbound' | 'outbound' | 'internal';
  @Column('text', { name: 'company_number', nullable: true }) companyNumber!: string | null;
  @Column('uuid', { name: 'trunk_id', nullable: true }) trunkId!: string | null;
  @Column('uuid', { name: 'client_id', nullable: true }) clientId!: string | null;
  @Column('text', { name: 'caller_kind' }) callerKind!: 'number' | 'withheld' | 'malformed';
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date;
  @Column('timestamptz', { name: 'answered_at', nullable: true }) answeredAt!: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('text', { nullable: true }) outcome!: Outcome | null;
  /** The name of its ending. */
  @Column('text', { nullable: true }) ending!: EndingName | null;
  @Column('text', { name: 'ended_by', nullable: true }) endedBy!: EndedBy | null;
  /** ITU-T Q.850. */
  @Column('int', { nullable: true }) cause!: number | null;
  @Column('int', { name: 'sip_status', nullable: true }) sipStatus!: number | null;
  /** Who made it, where a manager did. */
  @Column('uuid', { name: 'from_extension_id', nullable: true }) fromExtensionId!: string | null;
  @Column('uuid', { name: 'manager_extension_id', nullable: true }) managerExtensionId!: string | null;
  @Column('uuid', { name: 'recording_id', nullable: true }) recordingId!: string | null;
  /** Which control plane has it, or had it last. */
  @Column('uuid', { name: 'control_plane_id', nullable: true }) controlPlaneId!: string | null;
  @Column('jsonb', { nullable: true }) live!: LiveParts | PendingParts | null;
}
