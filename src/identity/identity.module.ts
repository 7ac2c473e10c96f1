import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Accounts } from './accounts.js';
import { IdentityController } from './identity.controller.js';
import { Identity } from './identity.js';
import { People } from './people.js';
import { PeopleController } from './people.controller.js';
import { RightsGuard } from './rights.guard.js';

/** Importing it puts the guard before every route of the application. */
@Global()
@Module({
  controllers: [IdentityController, PeopleController],
  providers: [Identity, Accounts, People, { provide: APP_GUARD, useClass: RightsGuard }],
  exports: [Identity, Accounts],
})
export class IdentityModule {}
