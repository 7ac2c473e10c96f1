import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallsApiModule } from '../../src/calls/calls-api.module.js';
import { ClientsApiModule } from '../../src/clients/clients-api.module.js';
import { ClientsModule } from '../../src/clients/clients.module.js';
import { CommonModule } from '../../src/common/common.module.js';
import { readSettings } from '../../src/common/env.js';
import { newId } from '../../src/common/ids.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { FollowUpsApiModule } from '../../src/follow-ups/follow-ups-api.module.js';
import { HealthModule } from '../../src/health/health.module.js';
import { configureHttp } from '../../src/http/configure-http.js';
import { IdentityModule } from '../../src/identity/identity.module.js';
import { JobsModule } from '../../src/jobs/jobs.module.js';
import { LedgerModule } from '../../src/ledger/ledger.module.js';
import { FirstStart, type Started } from '../../src/provisioning/first-start.js';
import { Provisioning } from '../../src/provisioning/provisioning.js';
import { PromptsModule } from '../../src/media/prompts.module.js';
import { SoftphoneLinksModule } from '../../src/phone/softphone-links.module.js';
import { ProvisioningModule } from '../../src/provisioning/provisioning.module.js';
import { RecordingsApiModule } from '../../src/recordings/recordings-api.module.js';
import { RecordingsModule } from '../../src/recordings/recordings.module.js';
import { FiguresApiModule } from '../../src/reports/figures-api.module.js';
import { LedgerApiModule } from '../../src/reports/ledger-api.module.js';
import { PresenceApiModule } from '../../src/supervision/presence-api.module.js';
import { testDatabase, type TestDatabase } from './database.js';

export const PASSWORDS = {
  'admin@example.com': 'a long admin password',
  'supervisor@example.com': 'supervisor-demo',
  'manager1@example.com': 'manager1-demo',
  'manager2@example.com': 'manager2-demo',
} as const;
export type Who = keyof typeof PASSWORDS;

export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into answers of every shape
  body: any;
}

@Module({})
class WebModule {}

/** The web side of the control plane on a real PostgreSQL, without telephony. */
export class Api {
  private readonly tokens = new Map<Who, string>();

  private constructor(
    readonly app: NestExpressApplication,
    readonly sql: TestDatabase,
    readonly dataDir: string,
    readonly started: Started,
    readonly web: string,
    private readonly owned: boolean,
  ) {}

  /** @param database shared with another one: a second control plane */
  static async start(settings: Record<string, string> = {}, database?: TestDatabase): Promise<Api> {
    const sql = database ?? (await testDatabase());
    const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-api-'));
    const all = readSettings({
      DATABASE_URL: sql.url,
      DATA_DIR: dataDir,
      DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
      ADMIN_PASSWORD: PASSWORDS['admin@example.com'],
      ...settings,
    });
    const imports = [
      CommonModule.with(all),
      DatabaseModule,
      LedgerModule,
      IdentityModule,
      ProvisioningModule,
      HealthModule,
      CallsApiModule,
      ClientsModule,
      ClientsApiModule,
      FollowUpsApiModule,
      JobsModule,
      RecordingsModule,
      RecordingsApiModule,
      LedgerApiModule,
      FiguresApiModule,
      PresenceApiModule,
      PromptsModule,
      SoftphoneLinksModule,
    ];
    const app = await NestFactory.create<NestExpressApplication>(
      { module: WebModule, imports },
      { logger: false, abortOnError: false },
    );
    try {
      configureHttp(app, all);
      const started = await app.get(FirstStart).run();
      await app.listen(0, '127.0.0.1');
      const { port } = app.getHttpServer().address() as AddressInfo;
      return new Api(app, sql, dataDir, started, `http://127.0.0.1:${port}`, database === undefined);
    } catch (error) {
      await app.close();
      if (!database) await sql.drop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.app.close();
    if (this.owned) await this.sql.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  get provisioning(): Provisioning {
    return this.app.get(Provisioning);
  }

  get companyId(): string {
    return [...this.provisioning.snapshot.companies.keys()][0] as string;
  }

  extensionId(number: string): string {
    return this.provisioning.snapshot.extensionByNumber(this.companyId, number)?.id as string;
  }

  /** Any request. A body goes as JSON; an answer that is JSON comes as what it holds, else as a Buffer. */
  async fetch(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(this.web + path, {
      method,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : bytes,
    };
  }

  /** A request under /api/v1 by somebody who has signed in. */
  async as(
    who: Who,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const authorization = `Bearer ${await this.token(who)}`;
    return this.fetch(method, `/api/v1${path}`, { body, headers: { authorization, ...headers } });
  }

  async token(who: Who): Promise<string> {
    const known = this.tokens.get(who);
    if (known) return known;
    const { status, body } = await this.signIn(who, PASSWORDS[who]);
    if (status !== 200) throw new Error(`sign-in of ${who}: ${status} ${JSON.stringify(body)}`);
    this.tokens.set(who, body.token);
    return body.token;
  }

  signIn(email: string, password: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.fetch('POST', '/api/v1/sign-in', { body: { email, password }, headers });
  }

  /** A client whom nobody has called yet. @returns its id */
  async client(code: string, name: string | null = null): Promise<string> {
    const id = newId();
    await this.sql.query(
      `INSERT INTO client (id, company_id, code, name, number_hash, number_sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, this.companyId, code, name, randomBytes(32), randomBytes(32)],
    );
    return id;
  }

  /** A call that has ended. @returns its id */
  async call(call: {
    clientId?: string;
    at?: string;
    outcome?: string;
    direction?: 'inbound' | 'outbound' | 'internal';
    manager?: string;
    rung?: string[];
    companyId?: string;
    companyNumber?: string;
  }): Promise<string> {
    const id = newId();
    const at = call.at ?? new Date().toISOString();
    const companyId = call.companyId ?? this.companyId;
    await this.sql.query(
      `INSERT INTO call (id, company_id, direction, company_number, client_id, caller_kind, started_at, answered_at,
         ended_at, outcome, ending, ended_by, cause, sip_status, manager_extension_id)
       VALUES ($1, $2, $8, $7, $3, 'number', $4::timestamptz,
         CASE WHEN $5 = 'answered' THEN $4::timestamptz + interval '3 s' END, $4::timestamptz + interval '20 s',
         $5, 'client-hung-up', 'client', 16, 200, $6)`,
      [
        id,
        companyId,
        call.clientId ?? null,
        at,
        call.outcome ?? 'answered',
        call.manager ? this.extensionId(call.manager) : null,
        call.companyNumber ?? '+74950000100',
        call.direction ?? 'inbound',
      ],
    );
    for (const number of call.rung ?? []) {
      await this.sql.query(
        `INSERT INTO call_leg (id, company_id, call_id, extension_id, started_at, ended_at, sip_status, cause)
         VALUES ($1, $2, $3, $4, $5, $5, 487, 26)`,
        [newId(), companyId, id, this.extensionId(number), at],
      );
    }
    return id;
  }

  /** The ledger's entries of one kind, the oldest first. */
  entries(
    kind: string,
  ): Promise<{ actor: string; payload: Record<string, unknown>; call_id: string | null }[]> {
    return this.sql.query('SELECT actor, payload, call_id FROM ledger_entry WHERE kind = $1 ORDER BY seq', [
      kind,
    ]);
  }
}
