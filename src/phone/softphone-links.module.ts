import { Module } from '@nestjs/common';
import { SoftphoneLinksController } from './softphone-links.controller.js';
import { SoftphoneLinks } from './softphone-links.js';

@Module({ controllers: [SoftphoneLinksController], providers: [SoftphoneLinks] })
export class SoftphoneLinksModule {}
