import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AppError, messageOf } from '../common/app-error.js';
import type { Account } from './postgres-account.js';
import type { PostgresPrograms } from './postgres-programs.js';

export const POSTGRES_USER = 'linekeeper';

const accessSchema = z.object({ port: z.number().int().min(1).max(65535), password: z.string().min(20) });

/** How the server is reached: kept beside its data, readable by its owner alone. */
export type Access = z.infer<typeof accessSchema>;

/** Everything of one embedded PostgreSQL on the disk. */
export class Cluster {
  /** PGDATA. */
  readonly folder: string;
  readonly logFile: string;
  private readonly accessFile: string;

  constructor(
    private readonly dataDir: string,
    readonly programs: PostgresPrograms,
    readonly account: Account | undefined,
  ) {
    this.folder = join(dataDir, 'postgres');
    this.logFile = join(dataDir, 'postgres.log');
    this.accessFile = join(dataDir, 'postgres.json');
  }

  /**
   * How a server is told its data folder. Its own user may not get through the folders above (DATA_DIR is for its
   * owner alone), but a process keeps the folder that root opened for it: on Linux, /proc/self/cwd.
   */
  dataFlag(): string {
    return this.account && process.platform === 'linux' ? '/proc/self/cwd' : this.folder;
  }

  /** @throws AppError with what is wrong with the folder, and what to do */
  async prepare(): Promise<Access> {
    if (existsSync(this.folder) && readdirSync(this.folder).length > 0) {
      this.check();
      return this.readAccess();
    }
    const access = { port: 0, password: randomBytes(24).toString('base64url') };
    await this.initialise(access.password);
    return access;
  }

  private check(): void {
    const { uid } = statSync(this.folder);
    const wanted = this.account?.uid ?? process.getuid?.() ?? uid;
    if (uid !== wanted) {
      throw new AppError(
        'postgres-owner',
        `${this.folder} belongs to user ${uid}, the server would run as user ${wanted}: ` +
          'start Linekeeper as the user who first did, or give the folder to the new one (chown -R)',
      );
    }
    const versionFile = join(this.folder, 'PG_VERSION');
    if (!existsSync(versionFile)) {
      throw new AppError(
        'postgres-folder',
        `${this.folder} is no database (PG_VERSION is missing): restore it from a backup, or move it away to start empty`,
      );
    }
    const version = readFileSync(versionFile, 'utf8').trim();
    if (version !== this.programs.major) {
      throw new AppError(
        'postgres-version',
        `${this.folder} was made by PostgreSQL ${version}, this installation brings ${this.programs.major}: ` +
          'take it over with pg_upgrade, or set DATABASE_URL to a server of that version',
      );
    }
  }

  private readAccess(): Access {
    try {
      return accessSchema.parse(JSON.parse(readFileSync(this.accessFile, 'utf8')));
    } catch {
      throw new AppError(
        'postgres-access',
        `${this.accessFile} is missing or damaged: restore it from your backup, it holds the database's password`,
      );
    }
  }

  /** Keeps the port for the next start. */
  keep(access: Access): void {
    const fresh = `${this.accessFile}.new`;
    writeFileSync(fresh, `${JSON.stringify(access)}\n`, { mode: 0o600, flush: true });
    renameSync(fresh, this.accessFile);
  }

  private async initialise(password: string): Promise<void> {
    const unfinished = `${this.folder}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { mode: 0o700 });
    const secretFolder = mkdtempSync(join(tmpdir(), 'linekeeper-'));
    const secretFile = join(secretFolder, 'password');
    writeFileSync(secretFile, `${password}\n`, { mode: 0o600 });
    chmodSync(unfinished, 0o700);
    if (this.account) {
      for (const path of [unfinished, secretFolder, secretFile])
        chownSync(path, this.account.uid, this.account.gid);
    }
    try {
      await promisify(execFile)(
        this.programs.initdb,
        [
          `--pgdata=${this.account ? this.dataFlag() : unfinished}`,
          `--username=${POSTGRES_USER}`,
          '--auth=scram-sha-256',
          `--pwfile=${secretFile}`,
          '--encoding=UTF8',
          '--locale=C',
        ],
        { ...this.account, cwd: unfinished, env: { LC_ALL: 'C' } },
      );
      this.keep({ port: 1, password });
      renameSync(unfinished, this.folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
      throw new AppError(
        'postgres-folder',
        `no database can be made in ${this.dataDir}: ${said ?? messageOf(error)}`,
      );
    } finally {
      rmSync(secretFolder, { recursive: true, force: true });
    }
  }

  /** The process id and port of a server that has, or had, this folder. */
  postmaster(): { pid: number; port: number } | undefined {
    try {
      const lines = readFileSync(join(this.folder, 'postmaster.pid'), 'utf8').split('\n');
      return { pid: Number(lines[0]), port: Number(lines[3]) };
    } catch {
      return undefined;
    }
  }
}
