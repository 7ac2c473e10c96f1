import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import WebSocket from 'ws';
import type { DemoLine } from '../../src/contracts/phone.js';
import { rawWs } from '../integration/sip-ws.js';
import { expectNoBarriers } from '../support/accessibility.js';
import { browserWithTone, visitWithEars, visitWithPhone, waitToHear } from '../support/browser-phone.js';
import { TONES } from '../support/office.js';
import { describeWith } from '../support/requirements.js';
import { System } from '../support/system.js';
import { until } from '../support/until.js';

describeWith(['chromium'], 'a newcomer who plays a client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-try-'));
  let system: System;
  let browsers: Browser[] = [];
  beforeAll(async () => {
    [system, ...browsers] = await Promise.all([
      System.start(),
      browserWithTone(folder, TONES['101']),
      browserWithTone(folder, TONES.caller),
    ]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await system?.stop();
    rmSync(folder, { recursive: true });
  });
  const line = async () => (await system.api<DemoLine>('GET', '/demo', undefined, { as: null })).body;
  const sockets = () => `${system.web.replace('http', 'ws')}/demo/sip`;

  test('calls the demo company from one page, and a manager answers in another', async () => {
    const [office, street] = browsers as [Browser, Browser];
    const manager = await visitWithPhone(office, system.web, ['manager1@example.com', 'manager1-demo']);
    const received: string[] = [];
    manager.page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => received.push(String(payload))),
    );
    manager.page.on('response', (response) => {
      response.text().then(
        (text) => received.push(text),
        () => undefined, // the page moved on
      );
    });
    const client = await visitWithEars(street, system.web);
    await client.page.goto('/try');
    await client.page.getByRole('button', { name: 'Call the company' }).click();
    await manager.page.getByRole('alertdialog').getByRole('button', { name: 'Answer' }).click();
    await waitToHear(manager.page, TONES.caller);
    await waitToHear(client.page, TONES['101']);
    await expectNoBarriers(client.page);
    await client.page.getByRole('button', { name: 'Hang up' }).click();
    expect((await system.endedCalls(1))[0]).toMatchObject({ outcome: 'answered', endedBy: 'client' });
    await client.page.getByRole('button', { name: 'Call the company' }).waitFor();
    const { from } = await line();
    received.push(await manager.page.content());
    expect(received.length).toBeGreaterThan(3);
    expect(received.filter((text) => text.replace(/\D/g, '').includes(from.slice(2)))).toEqual([]);
    expect([...client.complaints, ...manager.complaints]).toEqual([]);
    await Promise.all([client.context.close(), manager.context.close()]);
  }, 60_000);

  test('reaches nothing but the company’s number', async () => {
    const { from, companyNumber } = await line();
    const invite = (to: string, by: string) =>
      [
        `INVITE sip:${to}@x.invalid SIP/2.0`,
        `From: <sip:${by}@x.invalid>;tag=1`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n');
    for (const message of [
      invite('101', from),
      invite('+79995554433', from),
      invite(companyNumber, '101'),
      `REGISTER sip:x.invalid SIP/2.0\r\nFrom: <sip:${from}@x.invalid>;tag=1\r\n\r\n`,
    ]) {
      const socket = new WebSocket(sockets(), 'sip', { origin: system.web });
      const closed = new Promise<number>((done, fail) => socket.on('close', done).on('error', fail));
      socket.on('open', () => socket.send(message));
      expect(await closed).toBe(4403);
    }
  });

  test('is of this machine and these pages, and there are not many at once', async () => {
    const port = new URL(system.web).port;
    const statusOf = (headers: Record<string, string>) =>
      new Promise((done, fail) => {
        const socket = new WebSocket(sockets(), 'sip', { headers });
        socket.on('unexpected-response', (_, response) => done(response.statusCode));
        socket.on('open', () => fail(new Error('it was let in')));
      });
    expect(await statusOf({ origin: 'https://evil.example' })).toBe(403);
    const rebound = `evil.example:${port}`;
    expect(await statusOf({ host: rebound, origin: `http://${rebound}` })).toBe(403);
    const open: Awaited<ReturnType<typeof rawWs>>[] = [];
    while (open.length < 4) {
      // Those of the pages before may be about to close.
      open.push(await until('one more is let in', () => rawWs(sockets(), { origin: system.web }), 30_000));
    }
    expect(await statusOf({ origin: system.web })).toBe(429);
    open.forEach((socket) => socket.close());
  });
});
