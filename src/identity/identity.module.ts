import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Accounts } from './accounts.js';
import { IdentityController } from './identity.controller.js';
import { Identity } from './identity.js';
import { RightsGuard } from './rights.guard.js';

/** Importing it puts the guard before every route of the application. */
@Global()
@Module({
  controllers: [IdentityController],
  providers: [Identity, Accounts, { provide: APP_GUARD, useClass: RightsGuard }],
  exports: [Identity, Accounts],
})
export class IdentityModule {}
