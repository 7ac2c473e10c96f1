import { Global, Module } from '@nestjs/common';
import type { Settings } from '../common/env.js';
import { AppError } from '../common/app-error.js';
import { HealthIndicators } from '../common/health-indicators.js';
import { SETTINGS } from '../common/settings.js';
import { SipModule } from '../sip/sip.module.js';
import { Uac } from '../sip/uac.js';
import { MediaServers } from './media-servers.js';
import { RecordingFiles } from './recording-files.js';

/** Legs of one conversation: the caller's and the manager's. */
const LEGS_PER_CALL = 2;

@Global()
@Module({
  imports: [SipModule],
  providers: [
    {
      provide: MediaServers,
      inject: [SETTINGS, Uac],
      useFactory: (settings: Settings, uac: Uac) => {
        if (!settings.FREESWITCH_URL) throw new AppError('settings', 'FREESWITCH_URL is missing');
        return new MediaServers(
          settings.FREESWITCH_URL,
          uac,
          settings.MAX_CALLS_PER_MEDIA_SERVER * LEGS_PER_CALL,
        );
      },
    },
    {
      provide: RecordingFiles,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new RecordingFiles(settings.RECORDINGS_DIR),
    },
  ],
  exports: [MediaServers, RecordingFiles],
})
export class MediaModule {
  constructor(mediaServers: MediaServers, health: HealthIndicators) {
    health.register('media', async () => ({
      up: mediaServers.isUp,
      ...(!mediaServers.isUp && { detail: 'no media server is up' }),
    }));
  }
}
