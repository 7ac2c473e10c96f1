import { Injectable } from '@nestjs/common';
import { SpokenRefusal } from '../calls/spoken-refusal.js';
import type { Person } from '../contracts/identity.js';
import type { SupervisionMode } from '../contracts/live.js';
import { MediaServers } from '../media/media-servers.js';
import type { DeviceInvite } from '../sip/inbound-invite.js';
import { Listener } from './listener.js';
import { SuperviseAccess } from './supervise-access.js';
import { Supervisions } from './supervisions.js';
import { SupervisorDevices } from './supervisor-devices.js';

const NOT_ALLOWED = { reason: 'supervision-not-allowed', prompt: 'refused', status: 403 };

/** The ways into a call for a supervisor: from his phone, and by having his devices rung. */
@Injectable()
export class Supervise {
  constructor(
    private readonly access: SuperviseAccess,
    private readonly supervisions: Supervisions,
    private readonly mediaServers: MediaServers,
    private readonly devices: SupervisorDevices,
    private readonly spoken: SpokenRefusal,
  ) {}

  /** He dialled a feature code and a call's short number. */
  async fromPhone(invite: DeviceInvite, mode: SupervisionMode, shortNumber: string): Promise<void> {
    const found = await this.access.byShortNumber(invite, mode, Number(shortNumber));
    if (!found) return this.spoken.refuse(invite, NOT_ALLOWED);
    const server = (await this.access.serverOf(found.call)) ?? this.mediaServers.choose();
    const leg = invite.offer ? await server.receive(invite.offer) : (await server.offer()).leg;
    const dialog = await invite.answer(leg.sdp).catch(async (error: unknown) => {
      await leg.end();
      throw error;
    });
    if (!invite.offer) await leg.modify(dialog.remoteSdp);
    const make = (onOver: () => void) => new Listener(dialog, leg, server, mode, onOver);
    await this.supervisions.begin(found.supervisor, mode, make, { call: found.call });
  }

  /** His devices are rung; he takes part as soon as he answers. @throws AppError as the problem says */
  async call(person: Person, callId: string, mode: SupervisionMode): Promise<void> {
    const { supervisor, call } = await this.access.byId(person, callId, mode);
    const { client, caller } = call.view;
    const name = client ? (client.name ?? `Client ${client.code}`) : (caller?.name ?? '');
    this.devices.ring(supervisor, mode, name, { call }, await this.access.serverOf(call));
  }

  /** His devices are rung; he then takes part in each call of the extension. @throws AppError as the problem says */
  async follow(person: Person, extensionId: string, mode: SupervisionMode): Promise<void> {
    const { supervisor, name } = await this.access.toFollow(person, extensionId, mode);
    this.devices.ring(supervisor, mode, name, { following: extensionId });
  }
}
