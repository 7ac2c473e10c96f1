import { Module } from '@nestjs/common';
import { Draining } from './draining.js';
import { MediaServersController } from './media-servers.controller.js';

@Module({ controllers: [MediaServersController], providers: [Draining] })
export class MediaApiModule {}
