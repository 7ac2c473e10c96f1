import type { Conversation } from '../../src/simulate/conversation.js';
import type { Phone } from '../../src/simulate/phone.js';
import { Office, TONES, type Extension } from '../support/office.js';

describe('who is rung for a call', () => {
  let office: Office;

  beforeAll(async () => {
    office = await Office.open();
  }, 90_000);
  beforeEach(async () => {
    await office.begin();
  });
  afterEach(async () => {
    await office.silentDesks();
    await office.system.assertNothingLeft();
  });
  afterAll(() => office?.close());

  /** One call of the client that this extension answers and the caller ends. */
  async function talk(client: string, extension: Extension): Promise<void> {
    const desk = await office.manager(extension);
    const call = await office.call(client);
    const manager: Conversation = await (await desk.incoming()).answer(TONES[extension]);
    await (await call.answered).hangUp();
    await manager.ended;
  }

  /** Notes which desk rings, in order; each rings until its time is over. */
  function orderOf(desks: readonly Phone[]): string[] {
    const order: string[] = [];
    for (const desk of desks) desk.onIncoming(() => void order.push(desk.options.user));
    return order;
  }

  it('a device that registers while its person is rung is rung too, and nobody else is', async () => {
    await office.changeGroup({ strategy: 'all', ringTimeoutS: 10 });
    const desk = await office.manager('101');
    const call = await office.call('+79161234510');
    await desk.incoming();
    const colleague = await office.manager('102');
    const late = await office.phone('101', { password: 'secret101', protocol: 'tcp' });
    expect((await late.register()).status).toBe(200);
    const manager = await (await late.incoming()).answer(TONES['101']);
    await (await call.answered).hangUp();
    await manager.ended;
    expect(colleague.rung).toBe(0);
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
    await late.register(0);
  });

  it('in turn: one phone after the other, each for its time, in the order of the group', async () => {
    await office.changeGroup({ strategy: 'in_turn', ringTimeoutS: 1 });
    const order = orderOf(await office.allManagers());
    expect(await (await office.call('+79161234511')).status()).toBe(480);
    expect(order).toEqual(['101', '102', '103']);
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'missed' });
  });

  it('longest idle: who has not talked for longest is rung first', async () => {
    await office.changeGroup({ strategy: 'in_turn', ringTimeoutS: 1 });
    for (const extension of ['102', '101', '103'] as const) {
      await talk('+79161234512', extension);
      await office.silentDesks();
    }
    await office.changeGroup({ strategy: 'longest_idle', ringTimeoutS: 1 });
    const order = orderOf(await office.allManagers());
    expect(await (await office.call('+79161234513')).status()).toBe(480);
    expect(order).toEqual(['102', '101', '103']);
    await office.ended(4);
  });

  it('the client’s own manager is rung first, and alone', async () => {
    await office.changeGroup({ strategy: 'all', ringTimeoutS: 1 });
    await talk('+79161234514', '101');
    const [first] = await office.ended(1);
    const { body } = await office.system.api<{ items: { id: string; code: string }[] }>('GET', '/clients');
    const client = body.items.find(({ code }) => code === first!.client!.code);
    const assigned = await office.system.api('PATCH', `/clients/${client!.id}`, {
      assignedExtension: '103',
    });
    expect(assigned.status).toBe(200);

    const [desk101, desk102, desk103] = await office.allManagers();
    const rungBefore = [desk101.rung, desk102.rung];
    const call = await office.call('+79161234514');
    const manager = await (await desk103.incoming()).answer(TONES['103']);
    await (await call.answered).hangUp();
    await manager.ended;
    const [, second] = await office.ended(2);
    expect(second).toMatchObject({ manager: { number: '103' } });
    const rungFor = await office.system.sql<{ number: string }>(
      'SELECT number FROM call_leg JOIN extension ON extension.id = extension_id WHERE call_id = $1',
      [second!.id],
    );
    expect(rungFor).toEqual([{ number: '103' }]);
    expect([desk101.rung, desk102.rung]).toEqual(rungBefore);
  });

  it('overflow: where one group does not answer, the next is rung', async () => {
    const id103 = await office.extensionId('103');
    const created = await office.system.api<{ id: string }>('POST', '/ring-groups', {
      name: 'back office',
      memberIds: [id103],
    });
    expect(created.status).toBe(201);
    const { memberIds } = await office.group();
    await office.changeGroup({
      strategy: 'all',
      ringTimeoutS: 1,
      memberIds: memberIds.filter((id) => id !== id103),
      overflowGroupId: created.body.id,
    });
    const desks = await office.allManagers();
    const order = orderOf(desks.slice(0, 2));
    const call = await office.call('+79161234515');
    const manager = await (await desks[2].incoming()).answer(TONES['103']);
    expect(order.sort()).toEqual(['101', '102']);
    await (await call.answered).hangUp();
    await manager.ended;
    await office.changeGroup({ memberIds, overflowGroupId: null });
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '103' } });
  });

  it('one person on two phones: both ring, one answers, the other stops', async () => {
    await office.changeGroup({ strategy: 'all', ringTimeoutS: 5 });
    const desk = await office.manager('101');
    const mobile = await office.phone('101', { password: 'secret101' });
    expect((await mobile.register()).status).toBe(200);
    const call = await office.call('+79161234516');
    const [onDesk, onMobile] = [await desk.incoming(), await mobile.incoming()];
    const manager = await onMobile.answer(TONES['101']);
    await onDesk.cancelled;
    await (await call.answered).hangUp();
    await manager.ended;
    await mobile.register(0);
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '101' } });
  });

  it('a phone that has unregistered is rung no more', async () => {
    await office.changeGroup({ strategy: 'all', ringTimeoutS: 1 });
    const desk = await office.manager('101');
    await office.silentDesks();
    expect(await (await office.call('+79161234517')).status()).toBe(480);
    expect(desk.rung).toBe(0);
    await office.ended(1);
  });

  it('a manager who declines leaves the call to the others', async () => {
    await office.changeGroup({ strategy: 'all', ringTimeoutS: 5 });
    const [first, second] = await office.allManagers();
    const call = await office.call('+79161234518');
    (await first.incoming()).refuse(603);
    const manager = await (await second.incoming()).answer(TONES['102']);
    await (await call.answered).hangUp();
    await manager.ended;
    expect((await office.ended(1))[0]).toMatchObject({ outcome: 'answered', manager: { number: '102' } });
  });
});
