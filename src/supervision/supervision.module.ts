import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { SipModule } from '../sip/sip.module.js';
import { LiveFeed } from './live-feed.js';
import { LiveWatchers } from './live-watchers.js';
import { Viewers } from './viewers.js';

@Module({
  imports: [CallsModule, SipModule],
  providers: [LiveFeed, LiveWatchers, Viewers],
})
export class SupervisionModule {}
