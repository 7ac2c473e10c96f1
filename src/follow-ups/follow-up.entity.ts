import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The duty to reach a client whose call was not answered; one open for each client at most. */
@Entity('follow_up')
export class FollowUp {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'client_id' }) clientId!: string;
  @Column('uuid', { name: 'owner_extension_id', nullable: true }) ownerExtensionId!: string | null;
  @Column('timestamptz', { name: 'opened_at' }) openedAt!: Date;
  @Column('timestamptz', { name: 'due_at', nullable: true }) dueAt!: Date | null;
  /** How many times the client has called since without being answered. */
  @Column('int') attempts!: number;
  @Column('uuid', { name: 'first_call_id' }) firstCallId!: string;
  @Column('uuid', { name: 'last_call_id' }) lastCallId!: string;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt!: Date | null;
  /** The conversation that is the evidence. */
  @Column('uuid', { name: 'closed_by_call_id', nullable: true }) closedByCallId!: string | null;
  /** A supervisor's reason, where there was no conversation. */
  @Column('text', { name: 'closing_reason', nullable: true }) closingReason!: string | null;
}
