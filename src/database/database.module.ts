import { Global, Module } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { DataKeyFile } from '../common/data-key-file.js';
import type { Settings } from '../common/env.js';
import { Sealer } from '../common/sealer.js';
import { SETTINGS } from '../common/settings.js';
import { DataKeys } from './data-keys.js';
import { Database } from './database.js';
import { Leadership } from './leadership.js';
import { Notifications } from './notifications.js';
import { StandingConnection } from './standing-connection.js';

/** PostgreSQL for everyone: transactions, what control planes that share it tell each other, and the keys that seal what is in it. The settings must name DATABASE_URL by now (the embedded PostgreSQL has given its own). */
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
    {
      provide: DataKeys,
      inject: [SETTINGS, Database, Notifications],
      useFactory: async (settings: Settings, database: Database, notifications: Notifications) => {
        const keys = await DataKeys.open(database, new DataKeyFile(settings));
        notifications.on('data-keys', { heard: () => keys.follow(), missed: () => keys.follow() });
        return keys;
      },
    },
    { provide: Sealer, inject: [DataKeys], useFactory: (keys: DataKeys) => keys.sealer },
  ],
  exports: [Database, DataKeys, Leadership, Notifications, Sealer],
})
export class DatabaseModule {}
