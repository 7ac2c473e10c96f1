import type { MediaLeg } from '../media/media-leg.js';
import { Ring, type PickUp } from './ring.js';

const colleague = (extensionId: string) => ({ extensionId }) as PickUp;
const ring = () => new Ring(['e1'], {} as MediaLeg);

describe('the race for a ringing call', () => {
  it('is won by the colleague who picks up first; the phones are told', async () => {
    const ringing = ring();
    const first = ringing.pickUp(colleague('e2'));
    expect(ringing.pickedUp.aborted).toBe(true);
    expect(await ringing.pickUp(colleague('e3'))).toBe(false);
    expect(ringing.close(false)?.extensionId).toBe('e2');
    expect(await first).toBe(true);
  });

  it('is won by the phone that had answered when the colleague came', async () => {
    const ringing = ring();
    const late = ringing.pickUp(colleague('e2'));
    expect(ringing.close(true)).toBeUndefined();
    expect(await late).toBe(false);
  });

  it('is over when the phones ring no more', async () => {
    const ringing = ring();
    ringing.close(false);
    expect(await ringing.pickUp(colleague('e2'))).toBe(false);
  });
});
