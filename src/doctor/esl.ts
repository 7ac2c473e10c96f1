import { Wire } from './wire.js';

/** The password was refused. */
export class PasswordRefused extends Error {}

interface Message {
  headers: string;
  body: string;
}

/** An ESL connection for a few questions (FreeSWITCH: mod_event_socket), without the library of src/media. */
export class Esl {
  private constructor(private readonly wire: Wire) {}

  /** @throws PasswordRefused; the socket's error */
  static async open(at: { host: string; port: number }, password: string): Promise<Esl> {
    const wire = await Wire.open(at);
    try {
      await wire.ask('', readMessage);
      const { headers } = await wire.ask(`auth ${password}\n\n`, readMessage);
      if (!headers.includes('+OK')) throw new PasswordRefused();
      return new Esl(wire);
    } catch (error) {
      wire.close();
      throw error;
    }
  }

  /** @returns the text that an API command answers with */
  async api(command: string): Promise<string> {
    return (await this.wire.ask(`api ${command}\n\n`, readMessage)).body;
  }

  close(): void {
    this.wire.close();
  }
}

/** Headers, a blank line, and as many bytes of body as they say. */
export function readMessage(text: string): { answer: Message; rest: string } | undefined {
  const blank = text.indexOf('\n\n');
  if (blank < 0) return undefined;
  const headers = text.slice(0, blank);
  const after = Buffer.from(text.slice(blank + 2), 'utf8');
  const length = Number(/^Content-Length: (\d+)/m.exec(headers)?.[1] ?? 0);
  if (after.length < length) return undefined;
  return {
    answer: { headers, body: after.toString('utf8', 0, length) },
    rest: after.toString('utf8', length),
  };
}
