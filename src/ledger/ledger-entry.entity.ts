import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LedgerKind } from './ledger-kinds.js';
import type { JsonObject } from './ledger-write.js';

/** One line of the ledger, to read; written by LedgerTable alone. */
@Entity('ledger_entry')
export class LedgerEntry {
  @PrimaryColumn('uuid', { name: 'company_id' }) companyId!: string;
  /** bigint: a string in JavaScript. */
  @PrimaryColumn('bigint') seq!: string;
  @Column('uuid', { name: 'entry_id' }) id!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') kind!: LedgerKind;
  @Column('uuid', { name: 'call_id', nullable: true }) callId!: string | null;
  @Column('uuid', { name: 'client_id', nullable: true }) clientId!: string | null;
  @Column('text') actor!: string;
  @Column('jsonb') payload!: JsonObject;
  @Column('bytea', { name: 'leaf_hash' }) leafHash!: Buffer;
  @Column('bytea', { name: 'root_hash' }) rootHash!: Buffer;
}
