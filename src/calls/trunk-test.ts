import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { PhoneNumber } from '../common/phone-number.js';
import type { Person } from '../contracts/identity.js';
import type { TrunkFinding, TrunkTestView } from '../contracts/trunk-test.js';
import { NotFound } from '../http/problem.js';
import { Ledger } from '../ledger/ledger.js';
import { MediaServers } from '../media/media-servers.js';
import type { TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { whyForbidden } from '../routing/dialling-check.js';
import { SipRejected } from '../sip/sip-rejected.js';
import { TrunkCheck } from '../sip/trunk-check.js';
import { TrunkDialer } from '../sip/trunk-dialer.js';
import { findingOfCall, findingOfStanding, works } from './trunk-findings.js';

/** How long the called phone may ring. */
const RING_MS = 20_000;

/** Tries a carrier out, and says what it answers. */
@Injectable()
export class TrunkTest {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly ledger: Ledger,
    private readonly check: TrunkCheck,
    private readonly dialer: TrunkDialer,
    private readonly mediaServers: MediaServers,
  ) {}

  /** Looks at the connection alone. @throws NotFound */
  async look(person: Person, trunkId: string): Promise<TrunkTestView> {
    const standing = await this.check.look(this.trunkOf(person, trunkId));
    return viewOf(findingOfStanding(standing), standing.status, standing.reason);
  }

  /**
   * Calls a number for a moment: it is hung up as soon as it is answered. Written before it rings.
   * @param e164 whom to call
   * @throws NotFound; AppError 403 where the company's dialling rules forbid it, 409 where it has no number to show
   */
  async call(person: Person, trunkId: string, e164: string): Promise<TrunkTestView> {
    const trunk = this.trunkOf(person, trunkId);
    if (!trunk.enabled) return viewOf('switched-off');
    const number = PhoneNumber.fromE164(e164);
    const shown = this.shownNumber(person.companyId);
    const forbidden = whyForbidden(this.provisioning.snapshot.diallingRulesOf(person.companyId), number);
    if (forbidden)
      throw refused(403, forbidden, 'the company’s dialling rules do not allow this number', 'number');
    await this.ledger.write({
      id: newId(),
      companyId: person.companyId,
      kind: 'trunk.tested',
      at: clock.iso(),
      actor: `user:${person.id}`,
      data: { trunk: trunk.name, number: number.toString() },
    });
    const { offer, leg } = await this.mediaServers.choose().offer();
    let rang = false;
    try {
      const dialog = await this.dialer.dialAlone(trunk, {
        companyId: person.companyId,
        number,
        shown,
        offer,
        timeoutMs: RING_MS,
        onProgress: () => (rang = true),
      });
      await dialog.bye();
      return viewOf('answered', 200);
    } catch (error) {
      if (!(error instanceof SipRejected)) throw error;
      return viewOf(findingOfCall(error.status, rang), error.status, error.reason);
    } finally {
      await leg.end();
    }
  }

  private trunkOf({ companyId }: Person, trunkId: string): TrunkConfig {
    const trunk = this.provisioning.snapshot.trunks.get(trunkId);
    if (trunk?.companyId !== companyId) throw new NotFound('trunk');
    return trunk;
  }

  private shownNumber(companyId: string): string {
    const { companyNumbers } = this.provisioning.snapshot;
    const own = [...companyNumbers.values()].find((one) => one.companyId === companyId && !one.isProxy);
    if (own) return own.number;
    throw refused(
      409,
      'no-company-number',
      'add a company number first: the carrier is to show one',
      'number',
    );
  }
}

const viewOf = (finding: TrunkFinding, status?: number, reason?: string): TrunkTestView => ({
  works: works(finding),
  finding,
  status: status ?? null,
  reason: reason ?? null,
});

const refused = (httpStatus: number, code: string, message: string, field: string): AppError =>
  new AppError(code, message, { httpStatus, blame: 'caller', field });
