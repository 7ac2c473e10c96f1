import { Global, Module } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { Database } from './database.js';

/** `Database` for everyone. The settings must name DATABASE_URL by now (the embedded PostgreSQL has given its own). */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => {
        if (!settings.DATABASE_URL) throw new AppError('settings', 'DATABASE_URL is missing');
        return Database.open(settings.DATABASE_URL);
      },
    },
  ],
  exports: [Database],
})
export class DatabaseModule {}
