import { Global, Module } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { Database } from './database.js';
import { Leadership } from './leadership.js';
import { Notifications } from './notifications.js';
import { StandingConnection } from './standing-connection.js';

/** PostgreSQL for everyone: transactions, and what control planes that share it tell each other. The settings must name DATABASE_URL by now (the embedded PostgreSQL has given its own). */
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
    StandingConnection,
    Notifications,
    Leadership,
  ],
  exports: [Database, Notifications, Leadership],
})
export class DatabaseModule {}
