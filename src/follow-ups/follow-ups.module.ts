import { Module } from '@nestjs/common';
import { FollowUpLedger } from './follow-up.ledger.js';

@Module({ providers: [FollowUpLedger] })
export class FollowUpsModule {}
