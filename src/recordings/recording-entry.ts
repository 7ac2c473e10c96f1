import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import type { LedgerKind } from '../ledger/ledger-kinds.js';
import type { JsonObject, LedgerWrite } from '../ledger/ledger-write.js';
import type { Recording } from './recording.entity.js';

/**
 * What the ledger is told of a recording.
 * @param data beside the recording's id
 * @param actor who did it
 */
export const recordingEntry = (
  { id, companyId, callId, clientId }: Pick<Recording, 'id' | 'companyId' | 'callId' | 'clientId'>,
  kind: Extract<LedgerKind, `recording.${string}`>,
  data: JsonObject,
  actor = 'system',
): LedgerWrite => ({
  id: newId(),
  companyId,
  callId,
  ...(clientId && { clientId }),
  kind,
  actor,
  at: clock.iso(),
  data: { recordingId: id, ...data },
});
