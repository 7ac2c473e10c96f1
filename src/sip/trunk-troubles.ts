import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Ledger } from '../ledger/ledger.js';
import type { JsonObject } from '../ledger/ledger-write.js';
import type { TrunkConfig } from '../provisioning/config.js';

/** A trouble that goes on is written again after this. */
const AGAIN_MS = 10 * 60_000;
/** A trouble that was not seen for so long is over. */
const OVER_MS = 60 * 60_000;

export interface TrunkTrouble {
  what: 'caller-id-refused' | 'failed';
  /** The company number that it did not let us show. */
  companyNumber?: string;
  sipStatus: number;
  /** When it was last seen, ISO 8601. */
  at: string;
}

/** What goes wrong with carriers on calls out: logged, in the ledger, and told beside the trunk's state. */
@Injectable()
export class TrunkTroubles {
  private readonly known = new Map<string, { trouble: TrunkTrouble; writtenAt: number }>();

  constructor(private readonly ledger: Ledger) {}

  /** The carrier does not let a company number be shown; the next one was tried. */
  callerIdRefused(trunk: TrunkConfig, companyNumber: string, sipStatus: number): Promise<void> {
    return this.note(trunk, { what: 'caller-id-refused', companyNumber, sipStatus, at: clock.iso() });
  }

  /** The carrier took no call; the next trunk was tried. */
  failed(trunk: TrunkConfig, sipStatus: number): Promise<void> {
    return this.note(trunk, { what: 'failed', sipStatus, at: clock.iso() });
  }

  /** The newest trouble of the last hour with a trunk. */
  of(trunkId: string): TrunkTrouble | undefined {
    const since = new Date(clock.now() - OVER_MS).toISOString();
    return [...this.known]
      .filter(([key, { trouble }]) => key.startsWith(`${trunkId}/`) && trouble.at > since)
      .map(([, { trouble }]) => trouble)
      .sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  }

  /** Never throws: the call goes on by another way. */
  private async note(trunk: TrunkConfig, trouble: TrunkTrouble): Promise<void> {
    const { what, companyNumber, sipStatus } = trouble;
    log('sip').warn({ trunk: trunk.name, what, companyNumber, sipStatus }, 'a carrier refuses calls out');
    const key = `${trunk.id}/${what}/${companyNumber ?? ''}`;
    const before = this.known.get(key)?.writtenAt ?? 0;
    const isDue = clock.now() - before > AGAIN_MS;
    this.known.set(key, { trouble, writtenAt: isDue ? clock.now() : before });
    if (!isDue) return;
    const data: JsonObject = { trunkId: trunk.id, what, companyNumber: companyNumber ?? null, sipStatus };
    await this.ledger
      .write({
        id: newId(),
        companyId: trunk.companyId,
        kind: 'trunk.trouble',
        at: trouble.at,
        actor: `carrier:${trunk.name}`,
        data,
      })
      .catch((error: unknown) => log('sip').error({ error: messageOf(error) }, 'a trouble was not written'));
  }
}
