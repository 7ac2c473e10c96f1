import 'reflect-metadata';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OPEN, RIGHT } from './require-right.js';
import { may, RIGHTS, rightsOf } from './rights.js';

const SOURCE = resolve(import.meta.dirname, '..');

/** Every method of every controller of the product that takes a request. */
async function routes(): Promise<{ title: string; handler: object }[]> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.controller.ts'),
  );
  const found = [];
  for (const file of files) {
    const classes = Object.values((await import(join(SOURCE, file))) as Record<string, unknown>);
    for (const controller of classes.filter((one) => typeof one === 'function')) {
      const { prototype, name } = controller as { prototype: Record<string, object>; name: string };
      for (const method of Object.getOwnPropertyNames(prototype ?? {})) {
        const handler = prototype[method];
        if (typeof handler !== 'function' || Reflect.getMetadata(METHOD_METADATA, handler) === undefined)
          continue;
        found.push({ title: `${name}.${method}`, handler });
      }
    }
  }
  return found;
}

describe('rights', () => {
  test('every route names a right that exists, or why it is open to anyone', async () => {
    const all = await routes();
    expect(all.length).toBeGreaterThan(30);
    const rightOf = (handler: object) => Reflect.getMetadata(RIGHT, handler) as string | undefined;
    const without = all.filter(({ handler }) => !((rightOf(handler) ?? '') in RIGHTS));
    const open = without.filter(({ handler }) => Reflect.getMetadata(OPEN, handler) !== undefined);
    expect(without.filter((route) => !open.includes(route)).map(({ title }) => title)).toEqual([]);
    expect(open.map(({ title }) => title).sort()).toEqual([
      'DemoController.get',
      'HealthController.live',
      'HealthController.ready',
      'IdentityController.signIn',
      'MetricsController.read',
      'SoftphoneLinksController.use',
    ]);
  });

  test('a manager may change nothing of the company’s and close no follow-up', () => {
    expect(
      rightsOf('manager').filter((right) => /change|close|ledger|provisioning|metrics/.test(right)),
    ).toEqual([]);
    expect(may('supervisor', 'follow-ups.close')).toBe(true);
    expect(may('supervisor', 'provisioning.change')).toBe(false);
    expect(rightsOf('admin')).toEqual(Object.keys(RIGHTS));
  });
});
