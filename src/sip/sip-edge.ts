import { Injectable } from '@nestjs/common';
import { DrachtioConnection } from './drachtio.connection.js';
import { Ingress } from './ingress.js';
import { Location } from './location.js';
import { Registrar } from './registrar.js';
import { Refusals } from './refusals.js';
import { Trunks } from './trunks.js';

/** Order of starting and stopping. */
@Injectable()
export class SipEdge {
  constructor(
    private readonly connection: DrachtioConnection,
    private readonly location: Location,
    private readonly ingress: Ingress,
    private readonly registrar: Registrar,
    private readonly trunks: Trunks,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Knows the phones first, then takes requests, then registers with carriers.
   * @param drachtioUrl drachtio://:secret@host:port
   * @throws AppError with what to do, when drachtio-server is not there or refuses the secret
   */
  async start(drachtioUrl: string): Promise<void> {
    await this.location.start();
    this.refusals.start();
    this.registrar.attach();
    this.ingress.attach();
    await this.connection.start(drachtioUrl);
    this.trunks.start();
  }

  /** New calls get 503 from now on; live ones go on. */
  drain(): void {
    this.ingress.drain();
  }

  /** After the calls have ended. Never throws. */
  async stop(): Promise<void> {
    this.ingress.drain();
    await this.trunks.stop();
    await this.refusals.stop();
    await this.location.stop();
    this.connection.stop();
  }
}
