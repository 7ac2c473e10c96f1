import type { RegisteredDevice, TrunkStateView } from '../../src/contracts/standing.js';
import { Phone } from '../../src/simulate/phone.js';
import { startCarrierRegistrar, type CarrierRegistrar } from '../support/carrier-registrar.js';
import { freePort } from '../support/free-ports.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

const MANAGER = { as: 'manager1' } as const;

describe('how things stand now', () => {
  let system: System;
  let registrar: CarrierRegistrar;
  beforeAll(async () => {
    [system, registrar] = await Promise.all([System.start(), startCarrierRegistrar()]);
    await system.signIn('manager1', 'manager1@example.com', 'manager1-demo');
    await system.signIn('supervisor', 'supervisor@example.com', 'supervisor-demo');
  }, 90_000);
  afterAll(async () => {
    registrar?.close();
    await system?.stop();
  });

  const devices = async (as = 'admin') =>
    (await system.api<{ items: RegisteredDevice[] }>('GET', '/devices', undefined, { as })).body.items;
  const trunk = async (fields: object) => {
    const { status, body } = await system.api<{ id: string }>('POST', '/trunks', fields);
    expect(status).toBe(201);
    return body.id;
  };
  const stateOf = async (id: string) =>
    (await system.api<{ items: TrunkStateView[] }>('GET', '/trunk-states')).body.items.find(
      ({ trunkId }) => trunkId === id,
    );
  const phone = (user: string, protocol: 'udp' | 'tcp' = 'udp') =>
    Phone.open({
      server: { ip: '127.0.0.1', port: system.sipPort },
      user,
      password: `secret${user}`,
      protocol,
    });

  test('a device is listed as long as it is registered, with what it calls itself and where it is', async () => {
    expect(await devices()).toEqual([]);
    const [second, first] = await Promise.all([phone('102', 'tcp'), phone('101')]);
    const from = Date.now();
    await second.register();
    await first.register(120);
    expect(await devices('supervisor')).toEqual([
      {
        id: expect.any(String),
        extension: { number: '101', name: 'Anna' },
        kind: 'softphone',
        userAgent: 'Linekeeper phone',
        transport: 'udp',
        address: '127.0.0.1',
        registeredAt: expect.any(String),
        expiresAt: expect.any(String),
      },
      expect.objectContaining({ extension: { number: '102', name: 'Boris' }, transport: 'tcp' }),
    ]);
    const [{ registeredAt, expiresAt } = { registeredAt: '', expiresAt: '' }] = await devices();
    expect(Date.parse(registeredAt)).toBeGreaterThanOrEqual(from - 1000);
    expect(Date.parse(expiresAt) - Date.parse(registeredAt)).toBe(120_000);
    await first.register(0);
    await until('it is gone', async () => (await devices()).length === 1);
    await second.register(0);
    await Promise.all([first.close(), second.close()]);
  });

  test('a trunk says whether its carrier took the registration, and that it is switched off', async () => {
    const account = { kind: 'registration', username: 'account', password: 'a password', host: '127.0.0.1' };
    const taken = await trunk({ ...account, name: 'taken', port: registrar.port });
    await until('it is registered', async () => (await stateOf(taken))?.state === 'registered');
    expect(await stateOf(taken)).toMatchObject({ status: 200, trouble: null, since: expect.any(String) });
    const silent = await trunk({ ...account, name: 'silent', port: await freePort() });
    expect(await stateOf(silent)).toMatchObject({ state: 'registering' });
    await system.api('PATCH', `/trunks/${taken}`, { enabled: false });
    await until('it is stopped', async () => (await stateOf(taken))?.state === 'stopped');
    await system.api('DELETE', `/trunks/${taken}`);
    expect(await stateOf(taken)).toBeUndefined();
  });

  test('a trunk by address is there as long as it is switched on', async () => {
    const id = await trunk({
      name: 'by address',
      kind: 'address',
      host: '127.0.0.1',
      sourceAddresses: ['192.0.2.7'],
    });
    expect(await stateOf(id)).toMatchObject({ state: 'registered', status: null, reason: null });
  });

  test('softphones are told where to register, and the company’s own domain', async () => {
    const settings = async () => (await system.api('GET', '/softphone-settings')).body;
    const where = { host: '127.0.0.1', port: system.sipPort, tlsPort: null };
    expect(await settings()).toEqual({ ...where, domain: null });
    await system.api('PATCH', '/company', { sipDomain: 'sip.example.com' });
    expect(await settings()).toEqual({ ...where, domain: 'sip.example.com' });
    await system.api('PATCH', '/company', { sipDomain: null });
  });

  test.each(['/devices', '/trunk-states', '/softphone-settings', '/rights'])(
    '%s is not for managers, and not for nobody',
    async (path) => {
      expect((await system.api('GET', path, undefined, MANAGER)).status).toBe(403);
      expect((await system.api('GET', path, undefined, { as: null })).status).toBe(401);
    },
  );
});
