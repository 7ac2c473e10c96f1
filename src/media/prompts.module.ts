import { Global, Module } from '@nestjs/common';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import { OwnPrompts } from './own-prompts.js';
import { PromptsController } from './prompts.controller.js';
import { Prompts } from './prompts.js';

@Global()
@Module({
  controllers: [PromptsController],
  providers: [
    {
      provide: Prompts,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new Prompts(settings.PROMPTS_DIR),
    },
    OwnPrompts,
  ],
  exports: [Prompts],
})
export class PromptsModule {}
