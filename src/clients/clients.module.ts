import { Global, Module } from '@nestjs/common';
import { ClientDirectory } from './client-directory.js';
import { NumberVault } from './number-vault.js';

@Global()
@Module({
  providers: [ClientDirectory, NumberVault],
  exports: [ClientDirectory, NumberVault],
})
export class ClientsModule {}
