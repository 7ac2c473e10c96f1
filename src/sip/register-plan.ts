import { newId } from '../common/ids.js';
import type { Binding } from './binding.js';
import { contactKey, parseNameAddress, parseSipUri, splitOutside } from './sip-values.js';
import type { SipSource } from './source.js';

export interface RegisterLimits {
  /** Seconds: below it 423, above it cut down, and what is granted when the phone asks for nothing. */
  minExpires: number;
  maxExpires: number;
  defaultExpires: number;
}

export const REGISTER_LIMITS: RegisterLimits = { minExpires: 30, maxExpires: 3_600, defaultExpires: 600 };

/** What of a REGISTER decides (RFC 3261 §10.2). */
export interface RegisterRequest {
  companyId: string;
  extensionId: string;
  /** The Contact header; undefined: a question only. */
  contact: string | undefined;
  expires: string | undefined;
  path: string | undefined;
  sipCallId: string;
  cseq: number;
  userAgent: string | undefined;
  received: SipSource;
}

export type RegisterPlan =
  | { ok: true; bindings: Binding[] }
  | { ok: false; status: number; reason: string; headers: Record<string, string> };

/**
 * What a REGISTER makes of an address of record's bindings (RFC 3261 §10.3 steps 6 to 8). Pure: all of it holds,
 * or none of it.
 * @param existing live bindings of the extension
 * @param now milliseconds since the epoch
 */
export function planRegistration(
  existing: readonly Binding[],
  request: RegisterRequest,
  { now, maxDevices, limits = REGISTER_LIMITS }: { now: number; maxDevices: number; limits?: RegisterLimits },
): RegisterPlan {
  if (request.contact === undefined) return { ok: true, bindings: [...existing] };
  if (request.contact.trim() === '*') return removeAll(existing, request);

  let bindings = [...existing];
  for (const value of splitOutside(request.contact, ',')) {
    const contact = parseNameAddress(value);
    const uri = contact && parseSipUri(contact.uri);
    if (!contact || !uri || uri.scheme === 'tel') return refuse(400, 'Bad Contact');
    const asked = readSeconds(contact.params.get('expires')) ?? readSeconds(request.expires);
    const seconds = Math.min(asked ?? limits.defaultExpires, limits.maxExpires);
    if (seconds > 0 && seconds < limits.minExpires) {
      return refuse(423, 'Interval Too Brief', { 'Min-Expires': String(limits.minExpires) });
    }
    const binding = toBinding(request, contact.uri, contact.params, now + seconds * 1000, now);
    const same = bindings.filter((one) => isSameDevice(one, binding));
    // RFC 3261 §10.3 step 7: a late or repeated REGISTER changes nothing.
    if (same.some((one) => one.sipCallId === request.sipCallId && one.cseq >= request.cseq)) {
      return refuse(400, 'CSeq Out Of Order');
    }
    bindings = bindings.filter((one) => !same.includes(one));
    if (seconds > 0) bindings.push({ ...binding, id: same[0]?.id ?? binding.id });
  }
  if (bindings.length > maxDevices && bindings.length > existing.length) {
    return refuse(403, 'Too Many Devices', {
      Warning: `399 linekeeper "This extension may have ${maxDevices} devices at once: sign one of them out"`,
    });
  }
  return { ok: true, bindings };
}

/** RFC 3261 §10.2.2: `*` takes everything away, and only with Expires: 0. */
function removeAll(existing: readonly Binding[], request: RegisterRequest): RegisterPlan {
  if (readSeconds(request.expires) !== 0) return refuse(400, 'Contact * Needs Expires 0');
  const late = existing.some((one) => one.sipCallId === request.sipCallId && one.cseq >= request.cseq);
  return late ? refuse(400, 'CSeq Out Of Order') : { ok: true, bindings: [] };
}

function toBinding(
  request: RegisterRequest,
  contact: string,
  params: ReadonlyMap<string, string>,
  expiresAt: number,
  now: number,
): Binding {
  const instanceId = params.get('+sip.instance') || undefined;
  const regId = readSeconds(params.get('reg-id'));
  return {
    id: newId(),
    companyId: request.companyId,
    extensionId: request.extensionId,
    contact,
    deviceKey: deviceKey(contact, instanceId, regId),
    received: request.received,
    path: splitOutside(request.path ?? '', ','),
    sipCallId: request.sipCallId,
    cseq: request.cseq,
    userAgent: request.userAgent?.slice(0, 200),
    instanceId,
    regId,
    q: readQ(params.get('q')),
    registeredAt: now,
    expiresAt,
  };
}

/** RFC 5626 §6: the instance and its flow, whatever address the phone has today; else the contact. */
export function deviceKey(
  contact: string,
  instanceId: string | undefined,
  regId: number | undefined,
): string {
  if (instanceId) return `${instanceId};${regId ?? 0}`;
  const uri = parseSipUri(contact);
  return uri ? contactKey(uri) : contact;
}

/** RFC 5626 §6, or the contacts are equal (RFC 3261 §19.1.4). */
export const isSameDevice = (a: Binding, b: Binding): boolean =>
  a.deviceKey === b.deviceKey ||
  a.contact === b.contact ||
  deviceKey(a.contact, undefined, undefined) === deviceKey(b.contact, undefined, undefined);

/** RFC 3261 §20.19: a decimal number of seconds; anything else counts as not given. */
const readSeconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Math.min(Number(text), 2 ** 31) : undefined;

const readQ = (text: string | undefined): number => {
  const q = text !== undefined && /^[01](\.\d{0,3})?$/.test(text) ? Number(text) : 1;
  return Math.min(q, 1);
};

const refuse = (status: number, reason: string, headers: Record<string, string> = {}): RegisterPlan => ({
  ok: false,
  status,
  reason,
  headers,
});
