import { Injectable } from '@nestjs/common';
import type { CompanyNumberConfig, ExtensionConfig, Snapshot, TrunkConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { readAddressOfRecord } from './address-of-record.js';
import { readCaller, type Caller } from './caller.js';
import { readCompanyNumber } from './called-number.js';
import { DeviceAuth } from './device-auth.js';
import { Location } from './location.js';
import { readOffer } from './offer.js';
import type { Refusal, RefusalReason } from './refusals.js';
import { tooSmallInterval } from './session-timer.js';
import { parseNameAddress, parseSipUri, readTokens } from './sip-values.js';
import type { SipSource } from './source.js';
import type { StackRequest } from './stack.js';
import { trunksFrom } from './trunk-sources.js';
import { Trunks } from './trunks.js';

const SUPPORTED = ['100rel', 'timer'];

type NamedRefusal = Omit<Refusal, 'source' | 'sipCallId'>;

export type Naming =
  | { kind: 'client'; trunk: TrunkConfig; companyNumber: CompanyNumberConfig; caller: Caller; offer: string }
  | { kind: 'device'; extension: ExtensionConfig; dialled: string; offer: string }
  | { kind: 'challenge'; header: string }
  | { kind: 'refused'; refusal: NamedRefusal; headers?: Record<string, string> };

const refused = (
  reason: RefusalReason,
  known: Omit<NamedRefusal, 'reason'> = {},
  headers?: Record<string, string>,
): Naming => ({ kind: 'refused', refusal: { reason, ...known }, headers });

/** Says what an INVITE is: which carrier or device sent it, to which company number, from whom. */
@Injectable()
export class InviteNaming {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly location: Location,
    private readonly auth: DeviceAuth,
    private readonly trunks: Trunks,
  ) {}

  isCarrier(address: string): boolean {
    return trunksFrom(this.provisioning.snapshot, address).length > 0 || this.trunks.sendsFrom(address);
  }

  async name(request: StackRequest, source: SipSource): Promise<Naming> {
    const { snapshot } = this.provisioning;
    const hops = request.get('max-forwards')?.trim();
    if (hops !== undefined && Number(hops) === 0) return refused('too-many-hops');

    const device = this.deviceOf(request, source, snapshot);
    const trunks = device ? [] : this.trunksOf(request, source, snapshot);
    if (!device && trunks.length === 0) return refused('unknown-source');

    const flaw = findFlaw(request);
    const offer = readOffer(request);
    const known = { trunk: trunks[0], companyId: device?.companyId };
    if (flaw) return refused(flaw.reason, known, flaw.headers);
    if (device) return this.nameDevice(request, source, device, offer.kind === 'sdp' ? offer.sdp : '');

    const called = this.companyNumberOf(request, trunks, snapshot);
    const caller = readClient(request, trunks[0], snapshot);
    if (!called) return refused('unknown-number', { ...known, caller });
    const named = { trunk: called.trunk, companyNumber: called.companyNumber, caller };
    if (offer.kind === 'not-sdp') return refused('not-sdp', named, { Accept: 'application/sdp' });
    if (offer.kind === 'no-audio') return refused('no-audio', named);
    return { kind: 'client', ...named, offer: offer.kind === 'sdp' ? offer.sdp : '' };
  }

  /** A registered device: by the very socket it registered from, or by its name from the same address. */
  private deviceOf(
    request: StackRequest,
    source: SipSource,
    snapshot: Snapshot,
  ): ExtensionConfig | undefined {
    const claimed = readAddressOfRecord(request.get('from'), snapshot)?.extension;
    if (claimed && this.location.isRegisteredFrom(claimed.id, source.address)) return claimed;
    const extensionId = this.location.extensionAt(source);
    return extensionId === undefined ? undefined : snapshot.extensions.get(extensionId);
  }

  private async nameDevice(
    request: StackRequest,
    source: SipSource,
    device: ExtensionConfig,
    offer: string,
  ): Promise<Naming> {
    const aor = { user: device.number, host: '', extension: device };
    const verdict = await this.auth.check(request, source, aor, 'proxy-authorization');
    if (verdict.kind === 'challenge') return { kind: 'challenge', header: verdict.header };
    if (verdict.kind === 'locked') return refused('wrong-password', { companyId: device.companyId });
    return { kind: 'device', extension: device, dialled: parseSipUri(request.uri)?.user ?? '', offer };
  }

  /** Carriers by where they send from, or by the contact that we registered with them. */
  private trunksOf(request: StackRequest, source: SipSource, snapshot: Snapshot): TrunkConfig[] {
    const byContact = this.trunks.byContactUser(parseSipUri(request.uri)?.user ?? '');
    if (byContact) return [byContact];
    const byAddress = trunksFrom(snapshot, source.address);
    return byAddress.length > 0 ? byAddress : this.trunks.registeredAt(source.address);
  }

  private companyNumberOf(
    request: StackRequest,
    trunks: readonly TrunkConfig[],
    snapshot: Snapshot,
  ): { trunk: TrunkConfig; companyNumber: CompanyNumberConfig } | undefined {
    for (const trunk of trunks) {
      const company = snapshot.companies.get(trunk.companyId);
      if (!company) continue;
      const companyNumber = readCompanyNumber(
        {
          requestUri: request.uri,
          to: request.get('to'),
          calledPartyId: request.get('p-called-party-id'),
          diversion: request.get('diversion'),
        },
        company,
        snapshot,
      );
      if (companyNumber) return { trunk, companyNumber };
    }
    return undefined;
  }
}

function readClient(request: StackRequest, trunk: TrunkConfig | undefined, snapshot: Snapshot): Caller {
  const country = (trunk && snapshot.companies.get(trunk.companyId)?.country) ?? 'RU';
  return readCaller(
    {
      from: request.get('from'),
      assertedIdentity: request.get('p-asserted-identity'),
      remotePartyId: request.get('remote-party-id'),
      privacy: request.get('privacy'),
    },
    country,
  );
}

/** What is wrong with the request itself (RFC 3261 §8.2). */
function findFlaw(
  request: StackRequest,
): { reason: RefusalReason; headers?: Record<string, string> } | undefined {
  const unsupported = readTokens(request.get('require')).filter((tag) => !SUPPORTED.includes(tag));
  if (unsupported.length > 0) {
    return { reason: 'unknown-extension-tag', headers: { Unsupported: unsupported.join(', ') } };
  }
  const from = parseNameAddress(request.get('from'));
  const to = parseNameAddress(request.get('to'));
  const contact = parseNameAddress(request.get('contact'));
  if (!from || !to || !contact || !parseSipUri(contact.uri) || !request.get('call-id'))
    return { reason: 'malformed' };
  // RFC 3261 §12.2.2: it belongs to a dialog, and to none that lives.
  if (to.params.has('tag')) return { reason: 'no-such-dialog' };
  if (request.has('replaces')) return { reason: 'replaces-declined' };
  const interval = tooSmallInterval(request);
  return interval && { reason: 'interval-too-small', headers: interval };
}
