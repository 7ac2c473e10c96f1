import { Module } from '@nestjs/common';
import { SipModule } from '../sip/sip.module.js';
import { DemoController } from './demo.controller.js';
import { DemoLine } from './demo-line.js';
import { DemoSockets } from './demo-sockets.js';
import { PhoneController } from './phone.controller.js';
import { PhoneSockets } from './phone-sockets.js';
import { SoftphoneLinksModule } from './softphone-links.module.js';

@Module({
  imports: [SipModule, SoftphoneLinksModule],
  controllers: [PhoneController, DemoController],
  providers: [PhoneSockets, DemoLine, DemoSockets],
})
export class PhoneModule {}
