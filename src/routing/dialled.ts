import { isClientCode } from '../clients/client-code.js';
import { PhoneNumber } from '../common/phone-number.js';
import type { ExtensionConfig, Snapshot } from '../provisioning/config.js';

/** What somebody means by the digits he dialled. */
export type Dialled =
  | { kind: 'emergency'; number: string }
  | { kind: 'extension'; extension: ExtensionConfig }
  | { kind: 'feature'; code: string; argument: string }
  | { kind: 'client-code'; code: string }
  /** As short as a code, and none: a wrong digit. */
  | { kind: 'wrong-code' }
  | { kind: 'number'; number: PhoneNumber }
  | { kind: 'nothing' };

/** Longer ones are telephone numbers; shorter ones extensions. */
const LONGEST_CODE = 8;

/**
 * Reads what an extension dialled: an emergency number before all else, then a colleague's extension, then `*` and a feature code of two digits at most with what
 * follows it, then a client's code, then a telephone number as the company's country writes it.
 */
export function readDialled(snapshot: Snapshot, companyId: string, text: string): Dialled {
  if (snapshot.diallingRulesOf(companyId).emergencyNumbers.includes(text))
    return { kind: 'emergency', number: text };
  const extension = snapshot.extensionByNumber(companyId, text);
  if (extension) return { kind: 'extension', extension };
  const feature = /^(\*\d{1,2})\*?(\d*)#?$/.exec(text);
  if (feature?.[1]) return { kind: 'feature', code: feature[1], argument: feature[2] ?? '' };
  if (isClientCode(text)) return { kind: 'client-code', code: text };
  if (new RegExp(`^\\d{2,${LONGEST_CODE}}$`).test(text)) return { kind: 'wrong-code' };
  const number = PhoneNumber.parse(text, snapshot.companies.get(companyId)?.country ?? '');
  return number ? { kind: 'number', number } : { kind: 'nothing' };
}
