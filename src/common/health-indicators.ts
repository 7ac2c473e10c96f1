import { Injectable } from '@nestjs/common';
import { messageOf } from './app-error.js';

export interface Health {
  up: boolean;
  /** One line for a person; no secrets, no numbers of clients. */
  detail?: string;
}

/** Milliseconds an indicator may take; after them it counts as down. */
const PATIENCE_MS = 2000;

/** What `/health/ready` asks. Each part registers how it is seen to be up. */
@Injectable()
export class HealthIndicators {
  private readonly indicators = new Map<string, () => Promise<Health>>();

  /** @param name what the answer calls it: `database`, `drachtio` */
  register(name: string, indicator: () => Promise<Health>): void {
    this.indicators.set(name, indicator);
  }

  /** Asks all at once; one that throws or stays silent is down. Never rejects. */
  async check(): Promise<{ up: boolean; parts: Record<string, Health> }> {
    const parts = await Promise.all(
      [...this.indicators].map(async ([name, indicator]) => [name, await asked(indicator)] as const),
    );
    return { up: parts.every(([, health]) => health.up), parts: Object.fromEntries(parts) };
  }
}

async function asked(indicator: () => Promise<Health>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<Health>((resolve) => {
    timer = setTimeout(() => resolve({ up: false, detail: `no answer in ${PATIENCE_MS} ms` }), PATIENCE_MS);
  });
  try {
    return await Promise.race([indicator(), silence]);
  } catch (error) {
    return { up: false, detail: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
