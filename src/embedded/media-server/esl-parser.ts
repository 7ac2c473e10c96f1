/** A command of an ESL client: its first line, and the headers below it. */
export interface EslCommand {
  line: string;
  headers: Map<string, string>;
  body: string;
}

/** Bytes a client may send without ending a command. */
const LONGEST = 65_536;

export class EslOverflowError extends Error {}

/** Cuts the byte stream into commands: rows up to an empty one, and a body where Content-Length says so. */
export class EslParser {
  private buffered: Buffer = Buffer.alloc(0);

  /** @throws EslOverflowError */
  push(bytes: Buffer): EslCommand[] {
    this.buffered = this.buffered.length === 0 ? bytes : Buffer.concat([this.buffered, bytes]);
    const commands: EslCommand[] = [];
    for (;;) {
      const end = this.endOfHead();
      if (end === undefined) break;
      const command = parseHead(this.buffered.toString('utf8', 0, end.head));
      const length = Math.min(Number(command.headers.get('content-length')) || 0, LONGEST);
      if (this.buffered.length < end.rest + length) break;
      command.body = this.buffered.toString('utf8', end.rest, end.rest + length);
      this.buffered = this.buffered.subarray(end.rest + length);
      if (command.line !== '') commands.push(command);
    }
    if (this.buffered.length > 2 * LONGEST) throw new EslOverflowError('a command without an end');
    return commands;
  }

  private endOfHead(): { head: number; rest: number } | undefined {
    const bare = this.buffered.indexOf('\n\n');
    const crlf = this.buffered.indexOf('\r\n\r\n');
    if (bare < 0 && crlf < 0) return undefined;
    if (crlf >= 0 && (bare < 0 || crlf < bare)) return { head: crlf, rest: crlf + 4 };
    return { head: bare, rest: bare + 2 };
  }
}

function parseHead(text: string): EslCommand {
  const [line = '', ...rows] = text.split(/\r?\n/).filter((row) => row !== '');
  const headers = new Map<string, string>();
  for (const row of rows) {
    const colon = row.indexOf(':');
    if (colon > 0) headers.set(row.slice(0, colon).trim().toLowerCase(), row.slice(colon + 1).trim());
  }
  return { line: line.trim(), headers, body: '' };
}
