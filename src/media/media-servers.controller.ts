import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Person } from '../contracts/identity.js';
import {
  mediaServerList,
  mediaServerName,
  mediaServerSchema,
  type MediaServerName,
  type MediaServerView,
} from '../contracts/media-servers.js';
import { Answers } from '../http/answers.js';
import { Asking, RequireRight } from '../identity/require-right.js';
import { actorOf } from '../provisioning/changes.js';
import { Draining } from './draining.js';
import type { MediaServer } from './media-server.js';
import { MediaServers } from './media-servers.js';

@ApiTags('media servers')
@Controller('api/v1/media-servers')
export class MediaServersController {
  constructor(
    private readonly mediaServers: MediaServers,
    private readonly draining: Draining,
  ) {}

  @Get()
  @RequireRight('media-servers.read')
  @Answers(mediaServerList)
  async list(): Promise<{ items: MediaServerView[] }> {
    return { items: await Promise.all(this.mediaServers.all.map(viewOf)) };
  }

  /** No new calls go there; those that live go on. */
  @Post(':name/drain')
  @RequireRight('media-servers.change')
  @Answers(mediaServerSchema)
  async drain(
    @Asking() person: Person,
    @Param({ schema: mediaServerName }) { name }: MediaServerName,
  ): Promise<MediaServerView> {
    return viewOf(await this.draining.drain(actorOf(person), name));
  }

  /** It gets new calls again. */
  @Post(':name/resume')
  @RequireRight('media-servers.change')
  @Answers(mediaServerSchema)
  async resume(
    @Asking() person: Person,
    @Param({ schema: mediaServerName }) { name }: MediaServerName,
  ): Promise<MediaServerView> {
    return viewOf(await this.draining.resume(actorOf(person), name));
  }
}

const viewOf = async (server: MediaServer): Promise<MediaServerView> => ({
  name: server.name,
  health: server.health,
  draining: server.draining,
  legs: server.load,
  channels: await server.channels().catch(() => null),
});
