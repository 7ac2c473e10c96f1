import { addressSet, plainAddress, sourceOf } from './source.js';
import type { StackMessage } from './stack.js';

describe('where a request comes from', () => {
  it('knows addresses and networks, and nothing by mistake', () => {
    const known = addressSet([
      '192.0.2.1',
      '198.51.100.0/24',
      '2001:db8::/32',
      'carrier.example',
      '1.2.3.4/99',
    ]);
    expect(['192.0.2.1', '198.51.100.200', '2001:db8::7'].map(known)).toEqual([true, true, true]);
    expect(['192.0.2.2', '198.51.101.1', '1.2.3.4', '', 'carrier.example'].map(known)).toEqual(
      Array(5).fill(false),
    );
    expect(addressSet([])('127.0.0.1')).toBe(false);
  });

  it('takes IPv4 in IPv6 for IPv4', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('[2001:db8::1]')).toBe('2001:db8::1');
  });

  it('tells a WebSocket by its Via', () => {
    const message = (via: string) =>
      ({
        protocol: 'tcp',
        source_address: '192.0.2.1',
        source_port: 4711,
        get: () => via,
      }) as unknown as StackMessage;
    expect(sourceOf(message('SIP/2.0/WSS abc.invalid;branch=z')).protocol).toBe('wss');
    expect(sourceOf(message('SIP/2.0/TCP 192.0.2.1;branch=z')).protocol).toBe('tcp');
  });
});
