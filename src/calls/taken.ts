import type { OfferedLegs } from '../media/offered-legs.js';
import { endWith, endWithLeg } from './answering.js';
import type { Meeting } from './conversation.js';
import type { LiveCall } from './live-call.js';
import type { TakenBy } from './manager-dialer.js';
import type { PickUp } from './ring.js';

/** How a manager got the call: a phone that rang was answered, or a colleague picked it up. */
export type Taken = TakenBy | { pickUp: PickUp };

/** @param legs what the devices were offered */
export function managerOf(
  call: LiveCall,
  taken: Taken,
  legs: OfferedLegs,
): Pick<Meeting, 'manager' | 'joinable' | 'dialled'> {
  if ('pickUp' in taken) {
    legs.endAllBut(); // no device needs one any more
    const { extensionId, leg, answer } = taken.pickUp;
    return {
      manager: { leg, dialog: answer(), extensionId },
      joinable: Promise.resolve(),
      dialled: { clientDialogId: null, managerDialogId: null },
    };
  }
  const { answeredBy, dialog, leg, joinable } = taken;
  endWith(call, dialog, 'manager');
  endWithLeg(call, leg);
  return {
    manager: { leg, dialog: Promise.resolve(dialog), extensionId: answeredBy.extensionId },
    joinable,
    dialled: { clientDialogId: null, managerDialogId: dialog.stackDialogId },
  };
}
