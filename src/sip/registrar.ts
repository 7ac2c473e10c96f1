import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { log } from '../common/log.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { readAddressOfRecord, type AddressOfRecord } from './address-of-record.js';
import type { Binding } from './binding.js';
import { DeviceAuth } from './device-auth.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { Location } from './location.js';
import { planRegistration, REGISTER_LIMITS, type RegisterLimits } from './register-plan.js';
import { parseNameAddress, readTokens, splitOutside } from './sip-values.js';
import { sourceOf } from './source.js';
import type { StackReply, StackRequest } from './stack.js';
import { reasonOfStatus } from './status-tables.js';
import { TokenBuckets } from './token-buckets.js';

/** Extensions of REGISTER that we understand (RFC 3327, RFC 5626). */
const SUPPORTED = ['path', 'outbound'];
/** Per source address: a whole office behind one comes back at once after a power cut. */
const PER_SECOND = 50;
const BURST = 300;
const RETRY_AFTER_S = '10';

/** The registrar (RFC 3261 §10.3). */
@Injectable()
export class Registrar {
  private readonly buckets = new TokenBuckets(PER_SECOND, BURST);

  constructor(
    private readonly connection: DrachtioConnection,
    private readonly provisioning: Provisioning,
    private readonly location: Location,
    private readonly auth: DeviceAuth,
  ) {}

  /** Takes REGISTER requests from now on; before the connection starts. */
  attach(): void {
    this.connection.onRequest('register', (request, reply) => {
      this.onRegister(request, reply).catch((error: unknown) => {
        log('sip').error({ error: messageOf(error) }, 'a REGISTER was not handled');
        reply.send(500, reasonOfStatus(500), { headers: {} });
      });
    });
  }

  private async onRegister(request: StackRequest, reply: StackReply): Promise<void> {
    const source = sourceOf(request);
    const send = (status: number, headers: Record<string, string> = {}, reason = reasonOfStatus(status)) =>
      reply.send(status, reason, { headers });
    if (!this.buckets.take(source.address)) return send(503, { 'Retry-After': RETRY_AFTER_S });

    const unknown = readTokens(request.get('require')).filter((tag) => !SUPPORTED.includes(tag));
    if (unknown.length > 0) return send(420, { Unsupported: unknown.join(', ') });
    const aor = readAddressOfRecord(request.get('to'), this.provisioning.snapshot);
    const cseq = Number.parseInt(request.get('cseq') ?? '', 10);
    if (!aor || !Number.isSafeInteger(cseq)) return send(400);

    const verdict = await this.auth.check(request, source, aor, 'authorization');
    if (verdict.kind === 'challenge') return send(401, { 'WWW-Authenticate': verdict.header });
    if (verdict.kind === 'locked') return send(403);
    const { extension } = aor as AddressOfRecord & { extension: NonNullable<AddressOfRecord['extension']> };

    const plan = planRegistration(
      this.location.bindingsOf(extension.id),
      {
        companyId: extension.companyId,
        extensionId: extension.id,
        contact: request.get('contact'),
        expires: request.get('expires'),
        path: request.get('path'),
        sipCallId: request.get('call-id') ?? '',
        cseq,
        userAgent: request.get('user-agent'),
        received: source,
      },
      { now: clock.now(), maxDevices: extension.maxDevices, limits: limitsUntil(verdict.until) },
    );
    if (!plan.ok) {
      log('sip').info(
        { extension: extension.number, status: plan.status, reason: plan.reason },
        'REGISTER refused',
      );
      return send(plan.status, plan.headers, plan.reason);
    }
    if (request.has('contact')) this.location.replace(extension.companyId, extension.id, plan.bindings);
    send(200, this.accepted(request, plan.bindings));
  }

  private accepted(request: StackRequest, bindings: readonly Binding[]): Record<string, string> {
    const own = bindings.filter(({ sipCallId }) => sipCallId === request.get('call-id'));
    const others = bindings.filter((one) => !own.includes(one));
    const asked = parseNameAddress(splitOutside(request.get('contact') ?? '', ',')[0] ?? '')?.uri;
    // drachtio-server reads the first one's lifetime for the connection that the request came by; one that was taken away
    // is named, so that what it sends to another device of that host does not go by that connection any more.
    const contacts = [
      ...(asked && asked !== '*' && own.length === 0 ? [`<${asked}>;expires=0`] : []),
      ...[...own, ...others].map(
        ({ contact, expiresAt, q }) =>
          `<${contact}>;expires=${Math.max(1, Math.round((expiresAt - clock.now()) / 1000))}${q < 1 ? `;q=${q}` : ''}`,
      ),
    ];
    const supportsPath = readTokens(request.get('supported')).includes('path');
    const path = request.get('path');
    return {
      ...(contacts.length > 0 ? { Contact: contacts.join(', ') } : {}),
      ...(path && supportsPath ? { Path: path } : {}), // RFC 3327 §5.3
      Supported: SUPPORTED.join(', '),
      Date: new Date(clock.now()).toUTCString(),
    };
  }
}

/** Nobody stays registered for longer than his credentials hold. */
function limitsUntil(until: number | undefined): RegisterLimits {
  if (until === undefined) return REGISTER_LIMITS;
  const left = Math.max(1, Math.floor((until - clock.now()) / 1000));
  const { minExpires, maxExpires } = REGISTER_LIMITS;
  return {
    ...REGISTER_LIMITS,
    minExpires: Math.min(minExpires, left),
    maxExpires: Math.min(maxExpires, left),
  };
}
