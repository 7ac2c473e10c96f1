import { connect, createServer, type Socket } from 'node:net';

/** Stands between the product and a server of its, to cut or to slow the way. */
export interface TcpProxy {
  port: number;
  /** Ends all connections and refuses new ones, as a stopped server does. */
  cut(): Promise<void>;
  /** Lets connections stand, and nothing pass, as a server does that hangs. */
  stall(): void;
  /** All is well again. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function tcpProxy(to: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let stalled = false;
  const server = createServer((near) => {
    const far = connect(to.port, to.host);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [from, into] of [pair, [far, near] as const]) {
      from.on('data', (chunk) => into.write(chunk));
      from.on('error', () => undefined);
      from.on('close', () => {
        into.destroy();
        pairs.delete(pair);
      });
      if (stalled) from.pause();
    }
  });
  const listen = (port: number) =>
    new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', fail);
        done();
      });
    });
  const flow = (move: 'pause' | 'resume') => {
    for (const pair of pairs) for (const socket of pair) socket[move]();
  };
  const closeServer = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    });
  await listen(0);
  const { port } = server.address() as { port: number };
  return {
    port,
    cut: closeServer,
    stall: () => {
      stalled = true;
      flow('pause');
    },
    mend: async () => {
      stalled = false;
      flow('resume');
      if (!server.listening) await listen(port);
    },
    close: async () => {
      if (server.listening) await closeServer();
    },
  };
}
