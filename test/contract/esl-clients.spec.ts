import { once } from 'node:events';
import Mrf from 'drachtio-fsmrf';
import modesl, { type Connection, type EslEvent } from 'modesl';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.js';
import { Bench, PASSWORD } from './esl-bench.js';
import { EslClient, parseEvent } from './esl-client.js';
import type { Recording } from './esl-replay.js';

describe('the libraries of the control plane on the embedded media server', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open({ heartbeatS: 0.2 });
  });
  afterEach(() => bench.close());

  const connect = async (): Promise<Connection> => {
    const connection = new modesl.Connection('127.0.0.1', bench.server.eslPort, PASSWORD);
    await once(connection, 'esl::ready');
    return connection;
  };

  it('lets modesl in, and answers its commands and background jobs', async () => {
    const connection = await connect();
    const leg = await bench.call();
    const exists = await new Promise<EslEvent>((done) => connection.api('uuid_exists', leg.callId, done));
    expect(exists.getBody()).toBe('true');
    connection.sendRecv('event json BACKGROUND_JOB', null, () => undefined);
    const job = once(connection, 'esl::event::BACKGROUND_JOB::a-job') as Promise<[EslEvent]>;
    connection.sendRecv(`bgapi uuid_kill ${leg.callId} USER_BUSY`, { 'Job-UUID': 'a-job' }, () => undefined);
    expect((await job)[0].getBody()).toBe('+OK\n');
    expect((await bench.ended(leg))['Hangup-Cause']).toBe('USER_BUSY');
    connection.socket?.destroy();
  });

  it('refuses modesl with a wrong password and closes the connection', async () => {
    const connection = new modesl.Connection('127.0.0.1', bench.server.eslPort, 'not-it');
    connection.on('error', () => undefined);
    const closed = once(connection.socket!, 'close');
    await once(connection, 'esl::event::auth::fail');
    await closed;
  });

  it.each(['linekeeper', 'drachtio_mrf'])(
    'lets drachtio-fsmrf find the SIP address of the profile %s',
    async (profile) => {
      const server = await new Mrf({}).connect({
        address: '127.0.0.1',
        port: bench.server.eslPort,
        secret: PASSWORD,
        listenAddress: '127.0.0.1',
        profile,
      });
      expect(server.sip.ipv4.udp.address).toBe(`127.0.0.1:${bench.server.sipPort}`);
      const heard = server as unknown as { maxSessions: number; cpuIdle: number };
      await until('a heartbeat', () => heard.maxSessions === 1000);
      expect(heard.cpuIdle).toBeGreaterThanOrEqual(0);
      server.disconnect();
    },
  );

  it('beats as FreeSWITCH does', async () => {
    const beat = await bench.esl.event('HEARTBEAT');
    const file = join(import.meta.dirname, 'recorded/esl/heartbeat.json');
    const { frames } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
    const recorded = frames.find(({ text = '' }) => text.includes('Event-Name: HEARTBEAT'))!.text!;
    expect(Object.keys(beat)).toEqual(expect.arrayContaining(Object.keys(parseEvent(recorded))));
  });

  it('gives each client its own events, and those of one channel where a filter says so', async () => {
    const [one, other] = [await bench.call(), await bench.call()];
    const filtered = await EslClient.open(bench.server.eslPort, PASSWORD);
    await filtered.send('event json CHANNEL_HANGUP_COMPLETE');
    await filtered.send(`filter Unique-ID ${other.callId}`);
    const deaf = await EslClient.open(bench.server.eslPort, PASSWORD);
    await one.hangUp();
    await other.hangUp();
    await filtered.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': other.callId });
    expect(filtered.events).toHaveLength(1);
    expect(deaf.events).toHaveLength(0);
    filtered.close();
    deaf.close();
  });

  it('survives commands in pieces, several in one, and rubbish', async () => {
    const client = await EslClient.open(bench.server.eslPort, PASSWORD);
    client.write('api create');
    client.write('_uuid\n');
    client.write('\napi uptime\n\n\n\napi version\r\n\r\n');
    expect(await client.reply()).toMatch(/[0-9a-f-]{36}$/);
    expect(await client.reply()).toMatch(/\d+\n$/);
    expect(await client.reply()).toContain('FreeSWITCH Version');
    client.write(`api ${'x'.repeat(200_000)}`);
    await until('the connection is closed', () => client.closed);
    expect(await bench.esl.api('uuid_exists x')).toBe('false');
  });

  it('answers a command in a millisecond or so, whatever else waits', async () => {
    await bench.esl.api('uuid_exists x');
    const startedAt = performance.now();
    for (let n = 0; n < 50; n++) await bench.esl.api('uuid_exists x');
    expect(performance.now() - startedAt).toBeLessThan(50 * 20);
  });
});

it('hangs its legs up and says so when it is stopped', async () => {
  const bench = await Bench.open();
  const leg = await bench.call();
  await bench.server.stop();
  await until('the BYE', () => leg.ended !== undefined);
  expect(bench.esl.events.map((event) => event['Event-Name'])).toEqual(
    expect.arrayContaining(['SHUTDOWN', 'CHANNEL_HANGUP_COMPLETE']),
  );
  expect(bench.esl.replies.at(-1)).toContain('The system is being shut down.');
  await until('the connection is closed', () => bench.esl.closed);
  await bench.close();
});
