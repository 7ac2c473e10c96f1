import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import { MediaServers } from '../media/media-servers.js';
import { Uac } from '../sip/uac.js';
import type { Call } from './call.entity.js';
import { ENDINGS } from './call-endings.js';
import { talks } from './call-keeper.js';
import { CallLedger } from './call-ledger.js';
import { answeringOf } from './live-call.js';

/** Ends what a control plane left that is no more: both sides of its calls, and what is on the media servers. */
@Injectable()
export class LeftCalls {
  constructor(
    private readonly callLedger: CallLedger,
    private readonly mediaServers: MediaServers,
    private readonly uac: Uac,
  ) {}

  /** A call as it was found in the database, its dialogs known by their names. */
  opened(call: Call): Call {
    return { ...call, live: this.callLedger.liveOf(call) };
  }

  /** @param call opened */
  async end(call: Call): Promise<void> {
    await this.hangUp(call);
    await this.callLedger.endedAfterRestart({
      id: call.id,
      companyId: call.companyId,
      direction: call.direction,
      answered: call.answeredAt !== null,
    });
  }

  /** Ends every channel of a control plane, but for those of these calls. */
  async hangUpAllOf(controlPlaneId: string, keep: readonly Call[]): Promise<void> {
    await this.mediaServers.hangUpAllOf(controlPlaneId, channelsOf(keep));
  }

  private async hangUp(call: Call): Promise<void> {
    const { id, live } = call;
    if (!live) return;
    // The real drachtio-server leaves phones ringing when their client dies; a client who is passed on has some too.
    await Promise.all((live.ringing ?? []).map((trace) => this.uac.cancelOrphan(trace)));
    if (!talks(live)) {
      const { clientDialogId, managerDialogId } = live.answering ?? {};
      await Promise.all([
        ...channelsOf([call]).map((uuid) => this.mediaServers.kill(uuid)),
        ...[clientDialogId, managerDialogId].map((id) => this.uac.byeOrphan(id ?? undefined)),
        live.caller && this.uac.refuseOrphan(live.caller, ENDINGS['found-after-restart'].sipStatus),
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
}

/** The channels on media servers that these calls talk through, or were about to. */
export const channelsOf = (calls: readonly Call[]): string[] =>
  calls.flatMap(({ live }) => {
    const parts = talks(live) ? live : answeringOf(live);
    return parts ? [parts.clientLeg, parts.managerLeg] : [];
  });
