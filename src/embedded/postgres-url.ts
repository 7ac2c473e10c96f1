import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the embedded PostgreSQL of a running Linekeeper is reached; undefined where none was ever started here. */
export function embeddedPostgresUrl(dataDir: string): string | undefined {
  try {
    const { port, password } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as {
      port: number;
      password: string;
    };
    return `postgresql://linekeeper:${encodeURIComponent(password)}@127.0.0.1:${port}/linekeeper`;
  } catch {
    return undefined;
  }
}
