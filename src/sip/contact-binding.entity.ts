import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SipProtocol } from './source.js';

/** Binding as it is stored. */
@Entity('contact_binding')
export class ContactBinding {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'extension_id' }) extensionId!: string;
  @Column('text') contact!: string;
  @Column('text', { name: 'received_protocol' }) receivedProtocol!: SipProtocol;
  @Column('text', { name: 'received_host' }) receivedHost!: string;
  @Column('int', { name: 'received_port' }) receivedPort!: number;
  @Column('text', { array: true }) path!: string[];
  @Column('text', { name: 'sip_call_id' }) sipCallId!: string;
  @Column('bigint', { transformer: { to: (n: number) => n, from: Number } }) cseq!: number;
  @Column('text', { name: 'user_agent', nullable: true }) userAgent!: string | null;
  @Column('text', { name: 'instance_id', nullable: true }) instanceId!: string | null;
  @Column('int', { name: 'reg_id', nullable: true }) regId!: number | null;
  @Column('real') q!: number;
  @Column('timestamptz', { name: 'registered_at' }) registeredAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
