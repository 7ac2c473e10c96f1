import { peaksOf, SoundMeter } from './sound-meter.js';

const RATE = 8000;

/** Frames of two samples; `of` says the client's and the manager's at a frame. */
function audio(frames: number, of: (frame: number) => readonly [number, number]): Buffer {
  const data = Buffer.alloc(frames * 4);
  for (let frame = 0; frame < frames; frame += 1) {
    const [client, manager] = of(frame);
    data.writeInt16LE(client, frame * 4);
    data.writeInt16LE(manager, frame * 4 + 2);
  }
  return data;
}

function metered(data: Buffer, partBytes = data.length): SoundMeter {
  const meter = new SoundMeter(data.length / 4, RATE);
  for (let at = 0; at < data.length; at += partBytes) meter.push(data.subarray(at, at + partBytes));
  return meter;
}

describe('a recording’s sound', () => {
  it('has a peak for each stretch and party, the louder of both signs', () => {
    const data = audio(3000, (frame) => [
      frame === 4 ? -32_768 : 0,
      frame === 2999 ? 16_384 : frame === 2998 ? -8192 : 0,
    ]);
    const { client, manager } = peaksOf(metered(data).stretchPeaks);
    expect(client).toHaveLength(1000);
    expect([client[0], client[1], client[2]]).toEqual([0, 1, 0]);
    expect([manager[998], manager[999]]).toEqual([0, 0.502]);
  });

  it('is measured alike in whatever parts it comes, from odd addresses too', () => {
    const noise = audio(12_345, (frame) => [((frame * 7919) % 65_536) - 32_768, (frame * 31) % 999]);
    const whole = metered(noise).stretchPeaks;
    for (const partBytes of [1, 3, 1021, 65_536]) {
      const padded = Buffer.concat([Buffer.alloc(1), noise]).subarray(1);
      expect(metered(padded, partBytes).stretchPeaks.equals(whole)).toBe(true);
    }
  });

  it('knows who was not heard for a tenth of a second', () => {
    const tone = (frame: number, hz: number) =>
      Math.round(3000 * Math.sin((2 * Math.PI * hz * frame) / RATE));
    const click = audio(RATE, (frame) => [frame === 100 ? 1500 : 0, frame < 800 ? tone(frame, 440) : 0]);
    expect(metered(click).silent).toEqual(['client']);
    expect(metered(audio(RATE, () => [0, 0])).silent).toEqual(['client', 'manager']);
    expect(metered(audio(RATE, (frame) => [tone(frame, 440), tone(frame, 660)])).silent).toEqual([]);
  });
});
