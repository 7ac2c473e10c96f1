import { jest } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { configureLog } from '../../src/common/log.js';
import { ESL_CONNECTIONS } from '../../src/media/esl-connections.js';
import { MediaServer } from '../../src/media/media-server.js';
import type { Uac } from '../../src/sip/uac.js';
import { until } from '../support/until.js';
import { Bench, PASSWORD } from './esl-bench.js';

describe('the connection to a FreeSWITCH', () => {
  let bench: Bench;
  let server: Server;
  let profileRuns = false;
  /** ms by which the next connection of discovery, the last at every attempt, gets its answers late */
  let late = 0;
  const open = new Set<Socket>();

  /** Between control plane and media server: `sofia status` says that the profile is down until it runs, or late. */
  beforeAll(async () => {
    configureLog('silent');
    bench = await Bench.open();
    server = createServer((near) => {
      const far = connect(bench.server.eslPort, '127.0.0.1');
      const after = open.size < ESL_CONNECTIONS ? 0 : late;
      if (after > 0) late = 0;
      open.add(near);
      near.pipe(far);
      far.on('data', (bytes: Buffer) =>
        setTimeout(
          () => near.write(profileRuns ? bytes : bytes.toString().replaceAll('RUNNING', 'STOPPED')),
          after,
        ),
      );
      for (const socket of [near, far]) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          open.delete(near);
          near.destroy();
          far.destroy();
        });
      }
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    server.close();
    await bench.close();
  });

  it('says that its SIP profile does not run, leaves no connection behind, and has its own when it is tried again', async () => {
    const said = [jest.spyOn(console, 'error'), jest.spyOn(console, 'info'), jest.spyOn(console, 'log')];
    const { port } = server.address() as AddressInfo;
    const mediaServer = new MediaServer({ host: '127.0.0.1', eslPort: port, password: PASSWORD }, {} as Uac);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(mediaServer.connect({}, 'owner')).rejects.toMatchObject({
        code: 'media-server-profile',
        message: expect.stringContaining('no running SIP profile "drachtio_mrf"') as string,
      });
      await until('its connections are closed', () => open.size === 0);
      expect(mediaServer.isUp).toBe(false);
    }
    profileRuns = true;
    await mediaServer.connect({}, 'owner');
    expect(mediaServer.isUp).toBe(true);
    await until('the one of discovery is closed', () => open.size === ESL_CONNECTIONS);

    for (const socket of open) socket.destroy();
    await until('its loss is known', () => !mediaServer.isUp);
    await until('it is up again', () => mediaServer.isUp);
    expect(open.size).toBe(ESL_CONNECTIONS);
    expect(said.flatMap((spy) => spy.mock.calls)).toEqual([]);
    mediaServer.close();
    await until('nothing is open', () => open.size === 0);
  });

  it('is made with one that is so busy that its profile is not found within a second', async () => {
    profileRuns = true;
    late = 1500;
    const { port } = server.address() as AddressInfo;
    const mediaServer = new MediaServer({ host: '127.0.0.1', eslPort: port, password: PASSWORD }, {} as Uac);
    await mediaServer.connect({}, 'owner');
    expect({ isUp: mediaServer.isUp, late }).toEqual({ isUp: true, late: 0 });
    mediaServer.close();
    await until('nothing is open', () => open.size === 0);
  }, 15_000);
});
