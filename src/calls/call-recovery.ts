import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { MediaServers } from '../media/media-servers.js';
import { Uac } from '../sip/uac.js';
import { Call } from './call.entity.js';
import { ENDINGS } from './call-endings.js';
import { CallLedger } from './call-ledger.js';
import { ControlPlanes } from './control-planes.js';
import { LiveCalls } from './live-calls.js';

/** Ends the calls that a control plane never saw the end of: our own of before, and those of one that died. */
@Injectable()
export class CallRecovery {
  constructor(
    private readonly database: Database,
    private readonly callLedger: CallLedger,
    private readonly liveCalls: LiveCalls,
    private readonly mediaServers: MediaServers,
    private readonly uac: Uac,
    private readonly planes: ControlPlanes,
  ) {}

  /** The calls that our earlier process left open; to be asked for before new calls come in. */
  async find(): Promise<Call[]> {
    await this.rememberTalks();
    return this.openCallsOf(this.planes.id);
  }

  /** Ends both sides of every call left open and writes its ending; nothing stays open for ever. */
  async end(open: readonly Call[]): Promise<void> {
    await Promise.all(
      open.map(async (call) => {
        await this.hangUp(call);
        await this.callLedger.endedAfterRestart({
          id: call.id,
          companyId: call.companyId,
          direction: call.direction,
          answered: call.answeredAt !== null,
        });
      }),
    );
    if (open.length > 0) log('calls').warn({ calls: open.length }, 'calls left open were ended');
  }

  /** From now on, the calls of other control planes that die are ended here. */
  async watch(): Promise<void> {
    await this.planes.start(async (dead) => {
      await this.end(await this.adopt(dead));
      await this.mediaServers.hangUpAllOf(dead);
      await this.planes.forget(dead);
    });
  }

  stop(): void {
    this.planes.stop();
  }

  private openCallsOf(controlPlaneId: string): Promise<Call[]> {
    return this.database.transaction('*', (tx) => tx.findBy(Call, { controlPlaneId, endedAt: IsNull() }));
  }

  /** Makes a dead control plane's calls ours, in one step: of several survivors one gets them. */
  private async adopt(dead: string): Promise<Call[]> {
    const ids = await this.database.transaction('*', async (tx) => {
      const { raw } = await tx
        .createQueryBuilder()
        .update(Call)
        .set({ controlPlaneId: this.planes.id })
        .where({ controlPlaneId: dead, endedAt: IsNull() })
        .returning('id')
        .execute();
      return new Set((raw as { id: string }[]).map(({ id }) => id));
    });
    return (await this.openCallsOf(this.planes.id)).filter(({ id }) => ids.has(id));
  }

  private async hangUp({ id, live }: Call): Promise<void> {
    if (!live) return;
    if (!('clientLeg' in live)) {
      // The real drachtio-server leaves caller and phones ringing when their client dies.
      await Promise.all([
        live.caller && this.uac.refuseOrphan(live.caller, ENDINGS['found-after-restart'].sipStatus),
        ...(live.ringing ?? []).map((trace) => this.uac.cancelOrphan(trace)),
      ]);
      return;
    }
    // drachtio-server still holds the dialogs of a killed control plane, FreeSWITCH the channels.
    const results = await Promise.allSettled([
      this.uac.byeOrphan(live.clientDialogId),
      this.uac.byeOrphan(live.managerDialogId),
      this.mediaServers.kill(live.clientLeg),
      this.mediaServers.kill(live.managerLeg),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') {
        log('calls').debug(
          { callId: id, error: messageOf(result.reason) },
          'a part of the call was gone already',
        );
      }
    }
  }

  private async rememberTalks(): Promise<void> {
    const talks = await this.database.transaction('*', (tx) =>
      tx.query<{ extension: string; at: Date }[]>(
        `SELECT manager_extension_id AS extension, max(ended_at) AS at FROM call
         WHERE manager_extension_id IS NOT NULL AND ended_at > now() - interval '7 days' GROUP BY 1`,
      ),
    );
    for (const { extension, at } of talks) this.liveCalls.rememberTalk(extension, at.getTime());
  }
}
