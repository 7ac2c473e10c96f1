import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { ClientDirectory } from '../clients/client-directory.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { Call } from './call.entity.js';
import { CallKeeper } from './call-keeper.js';
import { ControlPlanes } from './control-planes.js';
import { channelsOf, LeftCalls } from './left-calls.js';
import { LiveCalls } from './live-calls.js';
import { UnwrittenAnswers } from './unwritten-answers.js';

/**
 * Takes care of the calls that a control plane never saw the end of: our own of before, and those of one that died.
 * Who still talks goes on talking; both sides of all others are ended.
 */
@Injectable()
export class CallRecovery {
  constructor(
    private readonly database: Database,
    private readonly clients: ClientDirectory,
    private readonly keeper: CallKeeper,
    private readonly left: LeftCalls,
    private readonly planes: ControlPlanes,
    private readonly liveCalls: LiveCalls,
    private readonly answers: UnwrittenAnswers,
  ) {}

  /**
   * The calls that our earlier process left open; to be asked for before new calls come in.
   * @returns also the channels that may not be touched until it is known who still talks
   */
  async find(): Promise<{ calls: Call[]; channels: string[] }> {
    await this.rememberTalks();
    const calls = await this.openCallsOf(this.planes.id);
    return { calls, channels: channelsOf(calls) };
  }

  /** Keeps each call or ends it; nothing stays open for ever. @returns those that go on */
  async settle(open: readonly Call[]): Promise<Call[]> {
    const kept = await Promise.all(
      open.map(async (found) => {
        // Of a control plane that was stopped, taken for dead, and goes on: it has the call still.
        if (this.liveCalls.get(found.id)) return true;
        const call = await this.answers.judge(found);
        if (await this.keeper.keep(call, await this.clientOf(call))) return true;
        await this.left.end(call);
        return false;
      }),
    );
    const goOn = open.filter((_, index) => kept[index]);
    const ended = open.length - goOn.length;
    if (ended > 0) log('calls').warn({ calls: ended }, 'calls left open were ended');
    return goOn;
  }

  /** From now on, the calls of other control planes that die are taken care of here. */
  async watch(): Promise<void> {
    await this.planes.start(async (dead) => {
      const goOn = await this.settle(await this.adopt(dead));
      await this.left.hangUpAllOf(dead, goOn);
      await this.planes.forget(dead);
    });
  }

  stop(): void {
    this.planes.stop();
  }

  private async clientOf({ companyId, clientId }: Call) {
    if (!clientId) return undefined;
    return this.database.transaction(companyId, (tx) => this.clients.byId(tx, clientId));
  }

  private async openCallsOf(controlPlaneId: string): Promise<Call[]> {
    const open = await this.database.transaction('*', (tx) =>
      tx.findBy(Call, { controlPlaneId, endedAt: IsNull() }),
    );
    return open.map((call) => this.left.opened(call));
  }

  /** Makes a dead control plane's calls ours, in one step: of several survivors one gets them. */
  private async adopt(dead: string): Promise<Call[]> {
    const ids = await this.database.transaction('*', async (tx) => {
      const { raw } = await tx
        .createQueryBuilder()
        .update(Call)
        .set({ controlPlaneId: this.planes.id })
        .where({ controlPlaneId: dead, endedAt: IsNull() })
        .returning('id')
        .execute();
      return new Set((raw as { id: string }[]).map(({ id }) => id));
    });
    return (await this.openCallsOf(this.planes.id)).filter(({ id }) => ids.has(id));
  }

  private async rememberTalks(): Promise<void> {
    const talks = await this.database.transaction('*', (tx) =>
      tx.query<{ extension: string; at: Date }[]>(
        `SELECT extension_id AS extension, max(ended_at) AS at FROM talk
         WHERE extension_id IS NOT NULL AND ended_at > now() - interval '7 days' GROUP BY 1`,
      ),
    );
    for (const { extension, at } of talks) this.liveCalls.rememberTalk(extension, at.getTime());
  }
}
