import type { LoggerService } from '@nestjs/common';
import { log } from './log.js';

/** Nest's own messages, in our log. */
export class NestLog implements LoggerService {
  log(message: unknown, context?: string): void {
    log('nest').debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    log('nest').warn({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    log('nest').error({ details: details.map(String) }, String(message));
  }
}
