import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a person's browser may register with for a while. */
@Entity('phone_credential')
export class PhoneCredential {
  @PrimaryColumn('text') username!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  @Column('uuid', { name: 'extension_id' }) extensionId!: string;
  /** Of the sign-in that it was given to, and that it ends with. */
  @Column('bytea', { name: 'token_hash' }) tokenHash!: Buffer;
  @Column('text') ha1!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
