import { CLIENT_NUMBER_CONTEXT } from '../clients/number-vault.js';
import { secretContext } from '../provisioning/secret-context.js';
import { recordingKeyContext } from '../recordings/sealed-files.js';

export interface SealedColumn {
  table: string;
  column: string;
  /** What its values are bound to; `id` is the row's. */
  context: (id: string) => string;
  /** Whether the rows are found by keyed hashes of the value, too. */
  isLookedUp?: true;
}

/** Everything in the database that a data key seals. A spec holds it against the tables. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'client', column: 'number_sealed', context: () => CLIENT_NUMBER_CONTEXT, isLookedUp: true },
  { table: 'company', column: 'callback_pin_sealed', context: secretContext.callbackPin },
  { table: 'extension', column: 'sip_password_sealed', context: secretContext.extension },
  { table: 'mobile', column: 'number_sealed', context: secretContext.mobile },
  { table: 'recording_file', column: 'key_sealed', context: recordingKeyContext },
  { table: 'trunk', column: 'password_sealed', context: secretContext.trunk },
];
