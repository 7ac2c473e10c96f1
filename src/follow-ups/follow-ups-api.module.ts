import { Module } from '@nestjs/common';
import { FollowUpsController } from './follow-ups.controller.js';
import { FollowUpsQueries } from './follow-ups.query.js';

@Module({ controllers: [FollowUpsController], providers: [FollowUpsQueries] })
export class FollowUpsApiModule {}
