import { Injectable } from '@nestjs/common';
import { isClientCode } from '../clients/client-code.js';
import { AppError } from '../common/app-error.js';
import type { CallRequest, CallView } from '../contracts/calls.js';
import type { Person } from '../contracts/identity.js';
import type { ExtensionConfig } from '../provisioning/config.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { ClickCallHandler } from './click-call.handler.js';
import { HangUps } from './hang-ups.js';
import type { LiveCall } from './live-call.js';
import { ManagerDialer } from './manager-dialer.js';
import { OutboundNumbers } from './outbound-numbers.js';

/** Calls that people make and end from the web page. */
@Injectable()
export class CallsOut {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly managers: ManagerDialer,
    private readonly numbers: OutboundNumbers,
    private readonly clicks: ClickCallHandler,
    private readonly hangUps: HangUps,
  ) {}

  /**
   * Rings the person's own devices, then the client.
   * @returns the call as it begins
   * @throws AppError no-extension, no-device (409), wrong-code, no-such-client (422), and the endings of refused calls
   */
  async start(person: Person, { clientCode, device }: CallRequest): Promise<CallView> {
    const extension = this.extensionOf(person);
    if (!isClientCode(clientCode)) {
      throw refused('wrong-code', 422, 'this is no client code: a digit is wrong', 'clientCode');
    }
    const client = await this.numbers.clientOf(extension, clientCode);
    if (!client) throw refused('no-such-client', 422, 'you know no client with this code', 'clientCode');
    if (!this.managers.canRing(extension.id, device)) {
      throw refused(
        'no-device',
        409,
        `no ${device ?? 'device'} of extension ${extension.number} can be rung: register it, or choose another`,
        'device',
      );
    }
    return viewOf(await this.clicks.start(extension, client, device), extension);
  }

  /** Ends one of the person's own calls, ringing or answered. @throws NotFound for any other */
  async end(person: Person, callId: string): Promise<void> {
    await this.hangUps.end(this.extensionOf(person), callId);
  }

  private extensionOf(person: Person): ExtensionConfig {
    const extension = person.extension && this.provisioning.snapshot.extensions.get(person.extension.id);
    if (!extension)
      throw refused('no-extension', 409, 'you have no extension: an administrator gives you one');
    return extension;
  }
}

const refused = (code: string, httpStatus: number, message: string, field?: string): AppError =>
  new AppError(code, message, { httpStatus, blame: 'caller', ...(field !== undefined && { field }) });

const viewOf = (call: LiveCall, { number, name }: ExtensionConfig): CallView => ({
  id: call.id,
  direction: call.direction,
  companyNumber: call.companyNumber ?? null,
  callerKind: call.callerKind,
  client: call.client ? { id: call.client.id, code: call.client.code, name: call.client.name } : null,
  startedAt: call.startedAt,
  answeredAt: null,
  endedAt: null,
  outcome: null,
  ending: null,
  endedBy: null,
  cause: null,
  sipStatus: null,
  manager: { number, name },
  colleague: null,
  recordingId: null,
});
