import { AppError } from '../common/app-error.js';
import type { MediaKind } from '../sip/sip-target.js';
import type { MediaLeg } from './media-leg.js';
import type { MediaServer } from './media-server.js';
import { OfferedLegs } from './offered-legs.js';

/** Legs of a media server that lacks some kinds. */
function legs(lacking: MediaKind[] = []) {
  const made: MediaKind[] = [];
  const ended: MediaKind[] = [];
  const offer = async (media: MediaKind = 'rtp') => {
    made.push(media);
    if (lacking.includes(media)) throw new AppError('media-unavailable', 'none');
    const leg = { media, end: async () => void ended.push(media) };
    return { offer: `offer of ${media}`, leg: leg as unknown as MediaLeg };
  };
  const told: MediaLeg[] = [];
  return {
    legs: new OfferedLegs({ offer } as unknown as MediaServer, (leg) => told.push(leg)),
    made,
    ended,
    told,
  };
}

describe('the legs that wait for a device', () => {
  it('are made once for each kind of device', async () => {
    const { legs: waiting, made, told } = legs();
    expect(await waiting.offers(['rtp', 'webrtc'])).toEqual({
      rtp: 'offer of rtp',
      webrtc: 'offer of webrtc',
    });
    await waiting.offers(['webrtc']);
    expect(made).toEqual(['rtp', 'webrtc']);
    expect(told).toMatchObject([{ media: 'rtp' }, { media: 'webrtc' }]);
  });

  it('end but for the one whose device took the call', async () => {
    const { legs: waiting, ended } = legs();
    await waiting.offers(['rtp', 'webrtc']);
    expect(await waiting.take('webrtc')).toMatchObject({ media: 'webrtc' });
    await Promise.resolve();
    expect(ended).toEqual(['rtp']);
    waiting.endAllBut();
    await Promise.resolve();
    expect(ended).toContain('webrtc');
  });

  it('ring the phones where the media server has nothing for browsers, and nobody where it has nothing at all', async () => {
    expect(await legs(['webrtc']).legs.offers(['rtp', 'webrtc'])).toEqual({ rtp: 'offer of rtp' });
    await expect(legs(['rtp', 'webrtc']).legs.offers(['rtp', 'webrtc'])).rejects.toThrow('none');
  });
});
