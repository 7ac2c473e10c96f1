import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../contracts/identity.js';

@Entity('user_account')
export class UserAccount {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'company_id' }) companyId!: string;
  /** In lower case. */
  @Column('text') email!: string;
  @Column('text', { name: 'password_hash' }) passwordHash!: string;
  @Column('text') role!: Role;
  @Column('uuid', { name: 'extension_id', nullable: true }) extensionId!: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('user_token')
export class UserToken {
  /** SHA-256 of the token: who reads the table signs in as nobody. */
  @PrimaryColumn('bytea', { name: 'token_hash' }) tokenHash!: Buffer;
  @Column('uuid', { name: 'user_id' }) userId!: string;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}

export const IDENTITY_ENTITIES = [UserAccount, UserToken];
