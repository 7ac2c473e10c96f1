import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError, messageOf } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { SETTINGS } from '../common/settings.js';
import type { PromptParameters } from '../contracts/prompts.js';
import { Database } from '../database/database.js';
import { NotFound } from '../http/problem.js';
import { Changes, type Actor } from '../provisioning/changes.js';
import { Provisioning } from '../provisioning/provisioning.js';
import type { PromptSound } from './prompt-sound.js';
import { Prompts, type Language, type OwnPrompt } from './prompts.js';

interface Row {
  id: string;
  company_id: string;
  language: Language;
  name: string;
  duration_ms: number;
}

/**
 * The prompts that companies upload. The database has them; every control plane lays them down as files where its
 * media servers see them, and takes away what is no more.
 */
@Injectable()
export class OwnPrompts implements OnApplicationBootstrap {
  private readonly folder: string;
  private reading?: Promise<void>;
  private wantedAgain = false;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly database: Database,
    private readonly provisioning: Provisioning,
    private readonly changes: Changes,
    private readonly prompts: Prompts,
  ) {
    this.folder = settings.OWN_PROMPTS_DIR;
    provisioning.events.on('changed', () => void this.refresh());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
  }

  /** Makes it, or puts it in the place of the one there was. */
  async put(actor: Actor, { language, name }: PromptParameters, sound: PromptSound): Promise<void> {
    // A file is never written twice: a caller may be hearing it.
    const id = newId();
    const { companyId } = actor;
    const fields = { language, name, durationMs: sound.durationMs };
    await this.changes.apply(actor, { what: 'prompt', action: 'created', id, fields }, async (tx) => {
      await tx.query('DELETE FROM company_prompt WHERE company_id = $1 AND language = $2 AND name = $3', [
        companyId,
        language,
        name,
      ]);
      await tx.query(
        `INSERT INTO company_prompt (id, company_id, language, name, wav, duration_ms)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [id, companyId, language, name, sound.wav, sound.durationMs],
      );
    });
    await this.refresh();
  }

  /** @throws NotFound where the company has none of its own; AppError 409 where a number would be left without greeting */
  async remove(actor: Actor, { language, name }: PromptParameters): Promise<void> {
    const { companyId } = actor;
    const own = this.prompts.of(companyId).filter((prompt) => prompt.own && prompt.name === name);
    const prompt = own.find((one) => one.language === language) as OwnPrompt | undefined;
    if (!prompt) throw new NotFound('prompt of the company’s own');
    if (own.length === 1) this.demandUnused(companyId, name);
    const change = { what: 'prompt', action: 'removed', id: prompt.id, fields: { language, name } } as const;
    await this.changes.apply(actor, change, async (tx) => {
      await tx.query('DELETE FROM company_prompt WHERE id = $1', [prompt.id]);
    });
    await this.refresh();
  }

  /** Company numbers whose callers are greeted with it. */
  greetedWith(companyId: string, name: string): string[] {
    return [...this.provisioning.snapshot.companyNumbers.values()]
      .filter((number) => number.companyId === companyId && number.greeting === name)
      .map(({ number }) => number);
  }

  private demandUnused(companyId: string, name: string): void {
    const comesWithProduct = ['ru', 'en'].some((language) => this.prompts.get(name, language as Language));
    const [number] = this.greetedWith(companyId, name);
    if (comesWithProduct || number === undefined) return;
    throw new AppError(
      'in-use',
      `${number} greets its callers with it: choose another greeting there first`,
      {
        httpStatus: 409,
        blame: 'caller',
      },
    );
  }

  /** Reads anew what there is; asked for meanwhile, once more. Never rejects. */
  private async refresh(): Promise<void> {
    if (this.reading) {
      this.wantedAgain = true;
      return this.reading;
    }
    this.reading = this.readUntilCurrent()
      .catch((error: unknown) =>
        log('media').error(
          { error: messageOf(error), folder: this.folder },
          'the companies’ prompts were not read',
        ),
      )
      .finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readUntilCurrent(): Promise<void> {
    do {
      this.wantedAgain = false;
      const there = await this.files(); // first: what another control plane lays down from here on is no leftover
      const rows = await this.database.transaction('*', (tx) =>
        tx.query<Row[]>('SELECT id, company_id, language, name, duration_ms FROM company_prompt ORDER BY id'),
      );
      for (const { id } of rows) if (!there.delete(`${id}.wav`)) await this.layDown(id);
      this.prompts.useOwn(rows.map((row) => this.promptOf(row)));
      for (const file of there) await rm(join(this.folder, file), { force: true });
    } while (this.wantedAgain);
  }

  private async files(): Promise<Set<string>> {
    const names = await readdir(this.folder).catch(() => []);
    return new Set(names.filter((name) => name.endsWith('.wav')));
  }

  private async layDown(id: string): Promise<void> {
    const [row] = await this.database.transaction('*', (tx) =>
      tx.query<{ wav: Buffer }[]>('SELECT wav FROM company_prompt WHERE id = $1', [id]),
    );
    if (!row) return;
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, `${id}.wav`);
    await writeFile(`${path}.part`, row.wav);
    await rename(`${path}.part`, path);
  }

  private promptOf(row: Row): OwnPrompt {
    return {
      id: row.id,
      companyId: row.company_id,
      language: row.language,
      name: row.name,
      durationMs: row.duration_ms,
      path: join(this.folder, `${row.id}.wav`),
    };
  }
}
