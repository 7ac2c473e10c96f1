/** What we call of modesl 1.2.1, which ships no typings. */
declare module 'modesl' {
  import type { Socket } from 'node:net';
  import type { EventEmitter } from 'node:events';

  export interface EslEvent {
    getHeader(name: string): string | null;
    getBody(): string | null;
  }

  export class Connection extends EventEmitter {
    constructor(host: string, port: number, password: string, ready?: () => void);
    readonly socket: Socket | null;
    send(command: string, args?: Record<string, string> | null): void;
    sendRecv(command: string, args: Record<string, string> | null, reply: (event: EslEvent) => void): void;
    api(command: string, args: string, reply: (event: EslEvent) => void): void;
    subscribe(events: readonly string[]): void;
    disconnect(): void;
  }

  const modesl: { Connection: typeof Connection };
  export default modesl;
}
