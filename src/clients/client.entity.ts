import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person who calls. Managers see the code and the name. */
@Entity('client')
export class Client {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('text') code!: string;
  @Column('text', { nullable: true }) name!: string | null;
  /** NumberVault's: for look-up, never shown; not selected unless asked for. */
  @Column('bytea', { name: 'number_hash', nullable: true, select: false }) numberHash!: Buffer | null;
  @Column('bytea', { name: 'number_hash_even', nullable: true, select: false })
  numberHashEven!: Buffer | null;
  @Column('bytea', { name: 'number_sealed', select: false }) numberSealed!: Buffer;
  @Column('uuid', { name: 'assigned_extension_id', nullable: true }) assignedExtensionId!: string | null;
  @Column('uuid', { name: 'last_company_number_id', nullable: true }) lastCompanyNumberId!: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}
