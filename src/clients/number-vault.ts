import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { PhoneNumber } from '../common/phone-number.js';
import { Sealer } from '../common/sealer.js';
import { Ledger } from '../ledger/ledger.js';

/** A client's number as it is stored. */
export interface ProtectedNumber {
  /** Keyed: finds the client again. */
  hash: Buffer;
  sealed: Buffer;
}

const CONTEXT = 'client-number';

/** The only way to a client's number and back. */
@Injectable()
export class NumberVault {
  constructor(
    private readonly sealer: Sealer,
    private readonly ledger: Ledger,
  ) {}

  protect(number: PhoneNumber): ProtectedNumber {
    const e164 = number.reveal();
    return { hash: this.sealer.lookupHash(e164), sealed: this.sealer.seal(e164, CONTEXT) };
  }

  /**
   * Opens a client's number; that it was, by whom and why, is an entry of the same transaction.
   * @throws AppError unknown-client
   */
  async reveal(
    tx: EntityManager,
    clientId: string,
    { actor, reason }: { actor: string; reason: string },
  ): Promise<PhoneNumber> {
    const client = await this.sealedOf(tx, clientId);
    await this.ledger.append(tx, {
      id: newId(),
      companyId: client.companyId,
      kind: 'number.revealed',
      at: clock.iso(),
      clientId,
      actor,
      data: { reason },
    });
    return PhoneNumber.fromE164(this.sealer.open(client.sealed, CONTEXT));
  }

  /**
   * Opens a client's number for the system to dial: no person sees it, and the call's own `call.dialled` entry says
   * who rang him. What shows a number to a person is reveal().
   * @param tx inside the wall of the client's company
   * @throws AppError unknown-client
   */
  async openForDialling(tx: EntityManager, clientId: string): Promise<PhoneNumber> {
    const client = await this.sealedOf(tx, clientId);
    return PhoneNumber.fromE164(this.sealer.open(client.sealed, CONTEXT));
  }

  private async sealedOf(
    tx: EntityManager,
    clientId: string,
  ): Promise<{ companyId: string; sealed: Buffer }> {
    const [client] = await tx.query<{ companyId: string; sealed: Buffer }[]>(
      'SELECT company_id AS "companyId", number_sealed AS sealed FROM client WHERE id = $1',
      [clientId],
    );
    if (!client) throw new AppError('unknown-client', 'there is no such client', { httpStatus: 404 });
    return client;
  }
}
