import { Injectable } from '@nestjs/common';
import { log } from '../common/log.js';
import { MediaServers } from '../media/media-servers.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { Call } from './call.entity.js';
import { CallLedger } from './call-ledger.js';
import { answeringOf } from './live-call.js';

/**
 * A control plane may die between the 200 and `call.answered`. Who was joined to the other had his 200, so a call whose
 * legs are joined was answered: that is written late, rather than leaving a talk as a missed call.
 */
@Injectable()
export class UnwrittenAnswers {
  constructor(
    private readonly mediaServers: MediaServers,
    private readonly callLedger: CallLedger,
    private readonly provisioning: Provisioning,
  ) {}

  /** @returns the call as it stands after that */
  async judge(call: Call): Promise<Call> {
    const answering = answeringOf(call.live);
    if (call.answeredAt || !answering) return call;
    const { clientLeg, managerLeg, extensionId, segment, at } = answering;
    if (!(await this.mediaServers.joining(clientLeg, managerLeg))) return call;
    const waited = (call.live && 'caller' in call.live && call.live.caller?.dialog) || '';
    const live = {
      clientDialogId: answering.clientDialogId ?? waited,
      // Of a colleague who picked the call up nothing is known: he is the one who cannot be told.
      managerDialogId: answering.managerDialogId ?? (answering.clientDialogId ? waited : ''),
      clientLeg,
      managerLeg,
    };
    const extension = this.provisioning.snapshot.extensions.get(extensionId)?.number ?? '';
    await this.callLedger.answered(call, extension, { extensionId, ...segment, live }, at);
    log('calls').warn({ callId: call.id }, 'an answer that a lost control plane did not write');
    return {
      ...call,
      answeredAt: new Date(at),
      managerExtensionId: extensionId,
      recordingId: segment?.recordingId ?? null,
      live,
    };
  }
}
