import { readParams } from './sip-values.js';

/** A dialog as its other side names it (RFC 3891 §3). */
export interface ReplacedDialog {
  sipCallId: string;
  /** Ours. */
  toTag: string;
  /** The other side's. */
  fromTag: string;
}

/** The value of a Replaces header; undefined where it does not name one dialog. */
export function readReplaces(value: string): ReplacedDialog | undefined {
  const at = value.indexOf(';');
  const params = readParams(at < 0 ? '' : value.slice(at + 1));
  const sipCallId = (at < 0 ? value : value.slice(0, at)).trim();
  const [toTag, fromTag] = [params.get('to-tag'), params.get('from-tag')];
  return sipCallId && toTag && fromTag ? { sipCallId, toTag, fromTag } : undefined;
}
