import type { Settings } from '../common/env.js';
import type { Provisioning } from '../provisioning/provisioning.js';
import { DemoLine } from './demo-line.js';

const NUMBER = '+74950000100';
const snapshot = {
  companies: new Map([['c1', { name: 'Demo' }]]),
  companyNumbers: new Map([[NUMBER, { number: NUMBER, companyId: 'c1', isProxy: false }]]),
};

const lineWith = (settings: Partial<Settings>) =>
  new DemoLine(
    { snapshot } as unknown as Provisioning,
    { SEED: 'demo', loopbackOnly: true, ...settings } as Settings,
  );

describe('the line of a newcomer', () => {
  const line = lineWith({});
  const { from } = line.view();

  test.each([
    ['another company than the demo', { SEED: 'none' as const }],
    ['an address that a network reaches', { loopbackOnly: false }],
  ])('is not there with %s', (_, settings) => {
    expect(lineWith(settings).isOpen).toBe(false);
    expect(() => lineWith(settings).view()).toThrow('no such demo');
  });

  test.each([
    ['invite', `INVITE sip:${NUMBER}@x.invalid`, from],
    ['foreign', `INVITE sip:101@x.invalid`, from],
    ['foreign', `INVITE sip:${NUMBER}@x.invalid`, '101'],
    ['foreign', `REGISTER sip:x.invalid`, from],
    ['foreign', `REFER sip:${NUMBER}@x.invalid`, from],
    ['other', `BYE sip:mod@127.0.0.1`, from],
  ] as const)('takes for %s: %s by %s', (kind, request, user) => {
    expect(line.kindOf(`${request} SIP/2.0\r\nFrom: "A" <sip:${user}@x.invalid>;tag=1\r\n\r\n`)).toBe(kind);
  });

  test('hands answers and signs of life on', () => {
    expect(line.kindOf('SIP/2.0 200 OK\r\n\r\n')).toBe('other');
    expect(line.kindOf('\r\n\r\n')).toBe('other');
  });
});
