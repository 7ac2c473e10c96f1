import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { ClientDirectory, type ClientView } from '../clients/client-directory.js';
import { NumberVault } from '../clients/number-vault.js';
import { allEnded } from '../common/all-ended.js';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Notifications } from '../database/notifications.js';
import { Ledger } from '../ledger/ledger.js';
import type { LedgerKind } from '../ledger/ledger-kinds.js';
import type { JsonObject, LedgerWrite, Projected } from '../ledger/ledger-write.js';
import type { InboundInvite } from '../sip/inbound-invite.js';
import type { InviteTrace } from '../sip/pending-invite.js';
import { CallLeg } from './call-leg.entity.js';
import { Call } from './call.entity.js';
import { ENDINGS, outcomeOf, type Direction, type EndingName, type Outcome } from './call-endings.js';
import { ControlPlanes } from './control-planes.js';
import { talkedWith } from './last-talk.js';
import { lockCallsOut } from './dial-admission.js';
import type { LiveCall, LiveParts, PendingParts, RungExtension } from './live-call.js';
import { SealedDialogs } from './sealed-dialogs.js';
import type { Segment } from './segment.js';

/** Who calls in. */
export interface ReceivedFrom {
  client?: ClientView;
  /** The extension that calls this client just now, at another control plane. */
  calledBy?: string;
}

/** What the ledger keeps of a received call until it is applied; the number only sealed. */
interface ReceivedData {
  companyNumber: string;
  companyNumberId: string;
  trunkId: string;
  callerKind: 'number' | 'withheld' | 'malformed';
  /** Base64. */
  caller: { sealed: string } | null;
  /** How long after a conversation its client reaches the same manager; absent in what was spooled before. */
  stickyMinutes?: number;
  controlPlaneId: string;
  callerTrace: InviteTrace;
}

/** A conversation joined anew after its media server was lost, as it goes to the ledger; without a segment, unrecorded. */
export interface RejoinedData extends Partial<Segment> {
  live: LiveParts;
}

/** Another manager took the client over. */
export interface HandedOverData {
  fromExtensionId: string;
  toExtensionId: string;
  live: LiveParts;
}

/** The answer of a call as it goes to the ledger. */
export interface AnsweredData extends RejoinedData {
  extensionId: string;
}

/** The end of a call as it goes to the ledger; follow-ups and recordings read it too. */
export interface EndedData {
  outcome: Outcome;
  ending: EndingName;
  rung: RungExtension[];
  /** The call that its manager was joined to. */
  joinedTo?: string;
}

/** What an UPDATE of the call's row gives back: rows, and how many. */
type Changed = [{ clientId: string | null }[], number];

const asJson = (data: object): JsonObject => data as JsonObject;
const dateOf = (iso: string | undefined): Date | null => (iso === undefined ? null : new Date(iso));

/** A call's life in the ledger: each step is written, and its row follows in the same transaction. */
@Injectable()
export class CallLedger {
  constructor(
    private readonly ledger: Ledger,
    private readonly clients: ClientDirectory,
    private readonly vault: NumberVault,
    private readonly planes: ControlPlanes,
    private readonly notifications: Notifications,
    private readonly dialogs: SealedDialogs,
  ) {
    ledger.projectFirst('call.received', (tx, write) => this.applyReceived(tx, write));
    ledger.projectFirst('call.handed-over', (tx, write) => this.applyHandedOver(tx, write));
    ledger.projectFirst('call.answered', (tx, write) => this.applyAnswered(tx, write));
    ledger.projectFirst('call.rejoined', (tx, write) => this.applyRejoined(tx, write));
    ledger.projectFirst('call.kept', async (tx, write) => ({
      ...(await this.clientOf(tx, write)),
      payload: {},
    }));
    ledger.projectFirst('call.ended', (tx, write) => this.applyEnded(tx, write));
  }

  /**
   * Writes the call down; when this resolves it is on disk, in PostgreSQL or in the spool.
   * @param stickyMinutes how long after a conversation its client reaches the same manager; 0: not at all
   * @returns as far as the database could say
   */
  async received(call: LiveCall, invite: InboundInvite, stickyMinutes: number): Promise<ReceivedFrom> {
    const { caller, companyNumber, trunk } = invite;
    const protectedNumber = caller.kind === 'number' ? this.vault.protect(caller.number) : undefined;
    const data: ReceivedData = {
      companyNumber: companyNumber.number,
      companyNumberId: companyNumber.id,
      trunkId: trunk.id,
      callerKind: caller.kind,
      caller: protectedNumber ? { sealed: protectedNumber.sealed.toString('base64') } : null,
      stickyMinutes,
      controlPlaneId: this.planes.id,
      callerTrace: this.dialogs.trace(invite.trace),
    };
    const { result } = await this.ledger.write({
      ...this.entry(call, 'call.received', `carrier:${trunk.name}`, data),
      at: call.startedAt,
    });
    return result as unknown as ReceivedFrom;
  }

  async handedOver(call: LiveCall, data: HandedOverData): Promise<void> {
    await this.ledger.write(this.entry(call, 'call.handed-over', 'system', this.sealed(data)));
  }

  /** @param at when that was, where it is written late */
  async answered(
    call: { id: string; companyId: string },
    extension: string,
    data: AnsweredData,
    at?: string,
  ): Promise<void> {
    const entry = this.entry(call, 'call.answered', `extension:${extension}`, this.sealed(data));
    await this.ledger.write(at === undefined ? entry : { ...entry, at });
  }

  async rejoined(call: LiveCall, data: RejoinedData): Promise<void> {
    await this.ledger.write(this.entry(call, 'call.rejoined', 'system', this.sealed(data)));
  }

  /** What a call left open had around it, for use. */
  liveOf({ live }: Call): LiveParts | PendingParts | null {
    return live && this.dialogs.opened(live);
  }

  private sealed<T extends { live: LiveParts }>(data: T): T {
    return { ...data, live: this.dialogs.parts(data.live) };
  }

  /** A conversation of an earlier process goes on in this one. */
  async kept(call: LiveCall): Promise<void> {
    await this.ledger.write(this.entry(call, 'call.kept', 'system', {}));
  }

  async ended(call: LiveCall): Promise<void> {
    await call.beforeEnd;
    const ending = call.ending ?? 'internal-error';
    const outcome = outcomeOf(call.direction, ending, call.answered !== undefined);
    const data: EndedData = {
      outcome,
      ending,
      rung: call.rung,
      ...(call.joinedTo !== undefined && { joinedTo: call.joinedTo }),
    };
    await this.ledger.write(this.entry(call, 'call.ended', 'system', data));
  }

  /** The end of a call that an earlier process left open. */
  async endedAfterRestart(call: {
    id: string;
    companyId: string;
    direction: Direction;
    answered: boolean;
  }): Promise<void> {
    const ending = 'found-after-restart';
    const data: EndedData = { outcome: outcomeOf(call.direction, ending, call.answered), ending, rung: [] };
    await this.ledger.write(this.entry(call, 'call.ended', 'system', data));
  }

  private entry(
    call: { id: string; companyId: string },
    kind: LedgerKind,
    actor: string,
    data: object,
  ): LedgerWrite {
    return {
      id: newId(),
      companyId: call.companyId,
      callId: call.id,
      kind,
      actor,
      at: clock.iso(),
      data: asJson(data),
    };
  }

  private async applyReceived(tx: EntityManager, write: LedgerWrite): Promise<Projected> {
    const data = write.data as unknown as ReceivedData;
    const known = await this.callerOf(tx, write, data);
    // In this order, sent at once: every round trip counts before a phone may ring.
    const [talkedExtensionId, calledBy] = await allEnded([
      known && talkedWith(tx, known.id, write.at, data.stickyMinutes ?? 0),
      known && !known.isNew ? this.calledBy(tx, write, known.id) : undefined,
      tx.query(
        `INSERT INTO call (id, company_id, direction, company_number, trunk_id, client_id, caller_kind, started_at,
           control_plane_id, live)
         VALUES ($1, $2, 'inbound', $3, $4, $5, $6, $7, $8, $9)`,
        [
          write.callId,
          write.companyId,
          data.companyNumber,
          data.trunkId,
          known?.id ?? null,
          data.callerKind,
          write.at,
          data.controlPlaneId,
          { caller: data.callerTrace },
        ],
      ),
    ]);
    const client = known && { ...known, talkedExtensionId };
    return {
      payload: { companyNumber: data.companyNumber, trunkId: data.trunkId, callerKind: data.callerKind },
      ...(client && {
        clientId: client.id,
        result: { client: asJson(client), ...(calledBy !== undefined && { calledBy }) },
      }),
    };
  }

  private async callerOf(
    tx: EntityManager,
    { companyId, callId }: LedgerWrite,
    { caller, companyNumberId }: ReceivedData,
  ): Promise<ClientView | undefined> {
    if (!caller) return undefined;
    try {
      const sealed = Buffer.from(caller.sealed, 'base64');
      return await this.clients.findOrCreate(tx, companyId, { sealed, companyNumberId });
    } catch (error) {
      // It waited in a spool for longer than its data key was kept: the call is written, though by nobody's number.
      if (!(error instanceof AppError && error.code === 'sealed-with-another-key')) throw error;
      log('calls').error({ callId, error: error.message }, 'a caller’s number is lost');
      return undefined;
    }
  }

  /** The extension that calls this client just now at another control plane, which is told to make way. */
  private async calledBy(
    tx: EntityManager,
    write: LedgerWrite,
    clientId: string,
  ): Promise<string | undefined> {
    const [, [out]] = await allEnded([
      lockCallsOut(tx, write.companyId, 'shared'),
      tx.query<{ callId: string; extensionId: string }[]>(
        `SELECT id AS "callId", from_extension_id AS "extensionId" FROM call
         WHERE client_id = $1 AND direction = 'outbound' AND answered_at IS NULL AND ended_at IS NULL
           AND outcome IS NULL AND control_plane_id <> $2 AND from_extension_id IS NOT NULL LIMIT 1`,
        [clientId, this.planes.id],
      ),
    ]);
    if (!out) return undefined;
    await this.notifications.tell(tx, 'crossings', { callId: out.callId, joinedTo: write.callId ?? '' });
    return out.extensionId;
  }

  private async applyHandedOver(tx: EntityManager, write: LedgerWrite): Promise<Projected> {
    const { fromExtensionId, toExtensionId, live } = write.data as unknown as HandedOverData;
    await tx.update(
      Call,
      { id: write.callId, endedAt: IsNull() },
      { managerExtensionId: toExtensionId, live },
    );
    return { ...(await this.clientOf(tx, write)), payload: { fromExtensionId, toExtensionId } };
  }

  private async applyAnswered(tx: EntityManager, write: LedgerWrite): Promise<Projected> {
    const { extensionId, recordingId = null, ruleId, live } = write.data as unknown as AnsweredData;
    // Between colleagues the call stays that of the one who made it; who answered is among its legs.
    const [[call]] = await tx.query<Changed>(
      `UPDATE call SET answered_at = $2, recording_id = $3, live = $4,
         manager_extension_id = CASE direction WHEN 'internal' THEN manager_extension_id ELSE $5 END
       WHERE id = $1 RETURNING client_id AS "clientId"`,
      [write.callId, write.at, recordingId, live, extensionId],
    );
    return {
      ...(call?.clientId && { clientId: call.clientId }),
      payload: { extensionId, recordingId, ...(ruleId && { recordingRuleId: ruleId }) },
    };
  }

  private async applyRejoined(tx: EntityManager, write: LedgerWrite): Promise<Projected> {
    const { recordingId = null, live } = write.data as unknown as RejoinedData;
    await tx.update(Call, { id: write.callId, endedAt: IsNull() }, { live }); // it may have ended meanwhile
    return { ...(await this.clientOf(tx, write)), payload: { recordingId } };
  }

  private async applyEnded(tx: EntityManager, write: LedgerWrite): Promise<Projected> {
    const { outcome, ending, rung, joinedTo } = write.data as unknown as EndedData;
    const { endedBy, cause, sipStatus } = ENDINGS[ending];
    const [[call]] = await tx.query<Changed>(
      `UPDATE call SET ended_at = $2, outcome = $3, ending = $4, ended_by = $5, cause = $6, sip_status = $7, live = NULL
       WHERE id = $1 AND ended_at IS NULL RETURNING client_id AS "clientId"`,
      [write.callId, write.at, outcome, ending, endedBy, cause, outcome === 'answered' ? 200 : sipStatus],
    );
    // Two that end one call: a control plane that was taken for dead, and the one that adopted its calls.
    if (!call && (await tx.existsBy(Call, { id: write.callId }))) return { superfluous: true };
    await tx.insert(
      CallLeg,
      rung.map((leg) => ({
        id: newId(),
        companyId: write.companyId,
        callId: write.callId,
        extensionId: leg.extensionId,
        via: leg.via ?? 'device',
        startedAt: new Date(leg.startedAt),
        answeredAt: dateOf(leg.answeredAt),
        endedAt: dateOf(leg.endedAt ?? write.at),
        sipStatus: leg.sipStatus ?? null,
        cause: leg.cause ?? null,
      })),
    );
    return {
      ...(call?.clientId && { clientId: call.clientId }),
      payload: {
        outcome,
        ending,
        endedBy,
        cause,
        rung: rung.map(asJson),
        ...(joinedTo !== undefined && { joinedTo }),
      },
    };
  }

  private async clientOf(tx: EntityManager, write: LedgerWrite): Promise<{ clientId?: string }> {
    const call = await tx.findOne(Call, { select: { clientId: true }, where: { id: write.callId } });
    return call?.clientId ? { clientId: call.clientId } : {};
  }
}
