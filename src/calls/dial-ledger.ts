import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { Ledger } from '../ledger/ledger.js';
import type { JsonObject, LedgerWrite, Projected } from '../ledger/ledger-write.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { InviteTrace } from '../sip/pending-invite.js';
import { Call } from './call.entity.js';
import { ENDINGS, type EndingName } from './call-endings.js';
import { ControlPlanes } from './control-planes.js';
import { admit, type DailyCaps } from './dial-admission.js';
import type { LiveCall } from './live-call.js';
import { SealedDialogs } from './sealed-dialogs.js';

/** How a manager's device, or somebody for him, named whom he calls. */
export type DialledBy = 'code' | 'number' | 'click' | 'proxy-number' | 'menu' | 'extension' | 'emergency';

/** A call that a manager makes: to a client, to a colleague, or for help. */
export interface DialledCall {
  /** Who calls. */
  extension: ExtensionConfig;
  by: DialledBy;
  /** The INVITE that waits for our answer; null where nobody waits. */
  callerTrace: InviteTrace | null;
  clientId?: string;
  /** The colleague, between extensions. */
  toExtensionId?: string;
  /** The emergency number. */
  emergency?: string;
  /** Why the company does not let this number be called; the call is written all the same. */
  forbidden?: EndingName;
}

/** What the ledger keeps of a call that a manager makes. */
interface DialledData extends Omit<DialledCall, 'extension'> {
  direction: 'outbound' | 'internal';
  /** E.164; what the called side is shown. */
  companyNumber: string | null;
  extensionId: string;
  controlPlaneId: string;
  caps: DailyCaps | null;
}

/** What a manager hears of a refused call, as problems and logs put it. */
const REFUSED: Partial<Record<EndingName, string>> = {
  'colleague-is-talking': 'a colleague is talking to this client, or calls him just now',
  'country-not-allowed': 'the company does not call numbers of this country',
  'premium-number': 'the company does not call numbers at a higher price',
  'daily-calls-used-up': 'as many calls as the company allows in a day were made today',
  'daily-minutes-used-up': 'as many minutes as the company allows in a day were talked today',
};

/** Calls that managers make, in the ledger: written, and admitted or refused, in one transaction. */
@Injectable()
export class DialLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly provisioning: Provisioning,
    private readonly planes: ControlPlanes,
    private readonly dialogs: SealedDialogs,
  ) {
    ledger.project('call.dialled', (tx, write) => this.apply(tx, write));
  }

  /**
   * Writes down that a manager calls, before the other's phone rings.
   * @throws AppError with the ending's name as its code, where the call is refused
   */
  async dialled(call: LiveCall, { extension, ...dialled }: DialledCall): Promise<void> {
    const data: DialledData = {
      ...dialled,
      callerTrace: dialled.callerTrace && this.dialogs.trace(dialled.callerTrace),
      direction: call.direction === 'internal' ? 'internal' : 'outbound',
      companyNumber: call.companyNumber ?? null,
      extensionId: extension.id,
      controlPlaneId: this.planes.id,
      caps: dialled.clientId === undefined ? null : this.capsOf(call.companyId),
    };
    const { result } = await this.ledger.write({
      ...entry(call, 'call.dialled', extension, data),
      callId: call.id,
      ...(dialled.clientId !== undefined && { clientId: dialled.clientId }),
      at: call.startedAt,
    });
    const refused = (result['refused'] as EndingName | undefined) ?? dialled.forbidden;
    if (refused === undefined) return;
    throw new AppError(refused, REFUSED[refused] ?? refused, {
      httpStatus: refused === 'colleague-is-talking' ? 409 : 422,
      sipStatus: ENDINGS[refused].sipStatus,
      blame: 'caller',
    });
  }

  /** A manager's try to call was refused; what he dialled is told by its kind, never by its digits. */
  async dialRefused(extension: ExtensionConfig, reason: string): Promise<void> {
    await this.ledger.write(entry(extension, 'call.dial-refused', extension, { reason }));
  }

  private capsOf(companyId: string): DailyCaps | null {
    const { snapshot } = this.provisioning;
    const { callsPerDay, minutesPerDay, extensionCallsPerDay, extensionMinutesPerDay } =
      snapshot.diallingRulesOf(companyId);
    const caps = { callsPerDay, minutesPerDay, extensionCallsPerDay, extensionMinutesPerDay };
    if (Object.values(caps).every((cap) => cap === null)) return null;
    const machines = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return { ...caps, timeZone: snapshot.companies.get(companyId)?.timeZone ?? machines };
  }

  private async apply(tx: EntityManager, write: LedgerWrite): Promise<Projected> {
    const data = write.data as unknown as DialledData;
    const { direction, companyNumber, clientId, extensionId, toExtensionId, by, emergency } = data;
    const refused =
      data.forbidden ?? (clientId === undefined ? undefined : await admit(tx, { ...data, clientId, write }));
    await tx.insert(Call, {
      id: write.callId,
      companyId: write.companyId,
      direction,
      companyNumber,
      clientId: clientId ?? null,
      callerKind: 'number',
      startedAt: new Date(write.at),
      fromExtensionId: extensionId,
      managerExtensionId: extensionId,
      controlPlaneId: data.controlPlaneId,
      live: data.callerTrace ? { caller: data.callerTrace } : {},
      // A refused call holds nobody else up while the manager is told why.
      ...(refused && { outcome: 'refused' }),
    });
    return {
      ...(clientId !== undefined && { clientId }),
      payload: {
        direction,
        companyNumber,
        extensionId,
        by,
        ...(toExtensionId !== undefined && { toExtensionId }),
        ...(emergency !== undefined && { emergency }),
        ...(refused && { refused }),
      },
      ...(refused && { result: { refused } }),
    };
  }
}

const entry = (
  { companyId }: { companyId: string },
  kind: 'call.dialled' | 'call.dial-refused',
  extension: ExtensionConfig,
  data: object,
): LedgerWrite => ({
  id: newId(),
  companyId,
  kind,
  actor: `extension:${extension.number}`,
  at: clock.iso(),
  data: data as JsonObject,
});
