import { Controller, Get, Inject, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { z } from 'zod';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import type { Person } from '../contracts/identity.js';
import {
  registeredDevices,
  softphoneSettings,
  trunkStates,
  type RegisteredDevice,
  type SoftphoneSettings,
  type TrunkStateView,
} from '../contracts/standing.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { softphoneServer } from '../provisioning/softphone-server.js';
import { kindOf, Location } from '../sip/location.js';
import { TrunkTroubles } from '../sip/trunk-troubles.js';
import { Trunks } from '../sip/trunks.js';

/** How things stand now with what administrators have set up. */
@ApiTags('standing')
@Controller('api/v1')
export class StandingController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly location: Location,
    private readonly trunks: Trunks,
    private readonly troubles: TrunkTroubles,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** By extension; the best contact of each first. */
  @Get('devices')
  @RequireRight('provisioning.read')
  @Answers(registeredDevices)
  devices(@Asking() { companyId }: Person): z.infer<typeof registeredDevices> {
    const extensions = [...this.provisioning.snapshot.extensions.values()]
      .filter((extension) => extension.companyId === companyId)
      .sort((a, b) => (a.number < b.number ? -1 : 1));
    return {
      items: extensions.flatMap(({ id, number, name }) =>
        this.location.bindingsOf(id).map((binding): RegisteredDevice => ({
          id: binding.id,
          extension: { number, name },
          kind: kindOf(binding),
          userAgent: binding.userAgent ?? null,
          transport: binding.received.protocol,
          address: binding.received.address,
          registeredAt: new Date(binding.registeredAt).toISOString(),
          expiresAt: new Date(binding.expiresAt).toISOString(),
        })),
      ),
    };
  }

  @Get('trunk-states')
  @RequireRight('provisioning.read')
  @Answers(trunkStates)
  states(@Asking() { companyId }: Person): z.infer<typeof trunkStates> {
    const { trunks } = this.provisioning.snapshot;
    return {
      items: [...this.trunks.states]
        .filter(([trunkId]) => trunks.get(trunkId)?.companyId === companyId)
        .map(([trunkId, { state, since, status, reason }]) => ({
          trunkId,
          state,
          since,
          status: status ?? null,
          reason: reason ?? null,
          trouble: this.troubleOf(trunkId),
        })),
    };
  }

  private troubleOf(trunkId: string): TrunkStateView['trouble'] {
    const trouble = this.troubles.of(trunkId);
    return trouble ? { ...trouble, companyNumber: trouble.companyNumber ?? null } : null;
  }

  @Get('softphone-settings')
  @RequireRight('provisioning.read')
  @Answers(softphoneSettings)
  softphone(@Asking() { companyId }: Person, @Req() { hostname }: Request): SoftphoneSettings {
    return softphoneServer(this.settings, this.provisioning.snapshot.companies.get(companyId), hostname);
  }
}
