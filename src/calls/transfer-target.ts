import type { ExtensionConfig, Snapshot } from '../provisioning/config.js';
import { readDialled } from '../routing/dialled.js';
import type { TransferTo } from '../routing/router.js';
import { companyNumberOf } from '../sip/sip-target.js';
import type { TransferRefusal } from './talk-ledger.js';

/** To whom a manager passes a client on. */
export type TransferTarget =
  | { kind: 'colleagues'; to: TransferTo; /** As the ledger tells it. */ label: string }
  | { kind: 'refused'; reason: TransferRefusal };

const refused = (reason: TransferRefusal): TransferTarget => ({ kind: 'refused', reason });

/**
 * A colleague's extension, or the group that answers one of the company's numbers; never a telephone number or another
 * client, for then the company would not know who talks with whom.
 */
export function readTransferTarget(
  snapshot: Snapshot,
  from: Pick<ExtensionConfig, 'id' | 'companyId'>,
  text: string,
): TransferTarget {
  const dialled = readDialled(snapshot, from.companyId, text);
  switch (dialled.kind) {
    case 'extension': {
      const { id, number } = dialled.extension;
      if (id === from.id) return refused('to-himself');
      return { kind: 'colleagues', to: { extensionId: id }, label: number };
    }
    case 'number': {
      const own = companyNumberOf(snapshot, dialled.number);
      const group = own?.companyId === from.companyId && own.groupId && snapshot.groups.get(own.groupId);
      return group
        ? { kind: 'colleagues', to: { groupId: group.id }, label: group.name }
        : refused('raw-number');
    }
    case 'client-code':
      return refused('another-client');
    case 'emergency':
    case 'feature':
    case 'wrong-code':
    case 'nothing':
      return refused('nowhere');
    default:
      return dialled satisfies never;
  }
}
