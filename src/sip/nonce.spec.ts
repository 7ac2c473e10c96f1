import { randomBytes } from 'node:crypto';
import { clock } from '../common/clock.js';
import { Nonces } from './nonce.js';

describe('nonces', () => {
  it('are ours alone', () => {
    const nonces = new Nonces(randomBytes(32));
    const nonce = nonces.issue();
    const raw = Buffer.from(nonce, 'base64url');
    raw[0]! ^= 1;
    expect(nonces.use(raw.toString('base64url'), '00000001')).toBe(false);
    expect(nonces.use('', '00000001')).toBe(false);
    expect(nonces.use(nonce, '00000000')).toBe(false);
    expect(nonces.use(nonce, '0000000a')).toBe(true);
    expect(nonces.use(nonce, '00000009')).toBe(false);
  });

  it('are taken by every holder of the key, and by nobody else', () => {
    const key = randomBytes(32);
    const nonce = new Nonces(key).issue();
    expect(new Nonces(randomBytes(32)).use(nonce, '00000001')).toBe(false);
    expect(new Nonces(key).use(nonce, '00000001')).toBe(true);
  });

  it('forget no replay in bounded memory: what is forgotten is refused', () => {
    const nonces = new Nonces(randomBytes(32), 500);
    const start = clock.now();
    const realNow = clock.now;
    try {
      let tick = 0;
      clock.now = () => start + Math.floor(tick++ / 100);
      const first = nonces.issue();
      expect(nonces.use(first, '00000001')).toBe(true);
      for (let i = 0; i < 500; i++) nonces.use(nonces.issue(), '00000001');
      expect(nonces.use(first, '00000001')).toBe(false);
      expect(nonces.use(first, '00000002')).toBe(false);
    } finally {
      clock.now = realNow;
    }
  });
});
