import type { Binding } from './binding.js';
import { deviceTarget } from './sip-target.js';
import type { SipSource } from './source.js';

const binding = (contact: string, received: SipSource, path: string[] = []) =>
  ({ extensionId: 'e1', contact, received, path }) as unknown as Binding;

describe('the target of a device', () => {
  it('is its contact where that is where it registered from', () => {
    expect(
      deviceTarget(binding('sip:101@192.0.2.1', { protocol: 'udp', address: '192.0.2.1', port: 5060 })),
    ).toEqual({ extensionId: 'e1', media: 'rtp', uri: 'sip:101@192.0.2.1' });
  });

  it('is reached through its NAT where it is not', () => {
    expect(
      deviceTarget(binding('sip:101@10.0.0.5:5060', { protocol: 'tcp', address: '192.0.2.1', port: 40123 })),
    ).toEqual({
      extensionId: 'e1',
      media: 'rtp',
      uri: 'sip:101@10.0.0.5:5060',
      proxy: 'sip:192.0.2.1:40123;transport=tcp',
    });
  });

  it('is the socket of a browser', () => {
    expect(
      deviceTarget(
        binding('sip:101@k3j4.invalid;transport=ws', { protocol: 'wss', address: '192.0.2.1', port: 50000 }),
      ),
    ).toEqual({ extensionId: 'e1', media: 'webrtc', uri: 'sip:101@192.0.2.1:50000;transport=ws' });
  });

  it('goes along its Path', () => {
    expect(
      deviceTarget(
        binding('sip:101@10.0.0.5', { protocol: 'udp', address: '192.0.2.1', port: 5060 }, [
          '<sip:p;lr>',
          '<sip:q;lr>',
        ]),
      ),
    ).toEqual({ extensionId: 'e1', media: 'rtp', uri: 'sip:101@10.0.0.5', route: '<sip:p;lr>, <sip:q;lr>' });
  });
});
