import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { NotFound } from '../http/problem.js';
import { Ledger } from '../ledger/ledger.js';
import type { Actor } from '../provisioning/changes.js';
import type { MediaServer } from './media-server.js';
import { MediaServers } from './media-servers.js';

/** Which media servers get no new calls by an administrator's wish: kept in the database, the same for all control planes. */
@Injectable()
export class Draining implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly notifications: Notifications,
    private readonly mediaServers: MediaServers,
  ) {
    notifications.on('media-servers', { heard: () => this.read(), missed: () => this.read() });
  }

  async onModuleInit(): Promise<void> {
    await this.read();
  }

  /** @throws NotFound; AppError 409 where no other media server would take calls */
  async drain(actor: Actor, name: string): Promise<MediaServer> {
    const server = this.named(name);
    if (!this.mediaServers.all.some((other) => other !== server && other.isUp)) {
      throw new AppError(
        'last-media-server',
        'no other media server would take calls: bring one up first; to let everything end, stop the control plane with SIGTERM',
        { httpStatus: 409, blame: 'caller' },
      );
    }
    await this.write(actor, server, true);
    return server;
  }

  /** New calls may come to it again. @throws NotFound */
  async resume(actor: Actor, name: string): Promise<MediaServer> {
    const server = this.named(name);
    await this.write(actor, server, false);
    return server;
  }

  private named(name: string): MediaServer {
    const server = this.mediaServers.all.find((one) => one.name === name);
    if (!server) throw new NotFound('media server');
    return server;
  }

  private async write({ companyId, name: actor }: Actor, server: MediaServer, drain: boolean): Promise<void> {
    const { name } = server;
    await this.database.transaction(companyId, async (tx) => {
      const changed = await tx.query<unknown[]>(
        drain
          ? `WITH x AS (INSERT INTO drained_media_server (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1) SELECT * FROM x`
          : `WITH x AS (DELETE FROM drained_media_server WHERE name = $1 RETURNING 1) SELECT * FROM x`,
        [name],
      );
      if (changed.length === 0) return; // it is so already
      await this.ledger.append(tx, {
        id: newId(),
        companyId,
        kind: drain ? 'media-server.drained' : 'media-server.resumed',
        at: clock.iso(),
        actor,
        data: { name },
      });
      await this.notifications.tell(tx, 'media-servers', { name });
    });
    await this.read();
  }

  private async read(): Promise<void> {
    const rows = await this.database.transaction('*', (tx) =>
      tx.query<{ name: string }[]>('SELECT name FROM drained_media_server'),
    );
    const drained = new Set(rows.map(({ name }) => name));
    for (const server of this.mediaServers.all) {
      const draining = drained.has(server.name);
      if (draining !== server.draining) log('media').info({ server: server.name, draining }, 'media server');
      server.draining = draining;
    }
  }
}
