import { hasMarker, sequenceOf, ssrcOf, timestampOf, writeHeader } from './rtp-packet.js';
import { RtpSender } from './rtp-sender.js';

function sender() {
  const sent: Buffer[] = [];
  return { sent, sender: new RtpSender((packet) => sent.push(Buffer.from(packet))) };
}
function incoming(sequence: number, timestamp: number, ssrc = 5): Buffer {
  const packet = Buffer.alloc(172);
  writeHeader(packet, 8, false, sequence, timestamp, ssrc);
  return packet;
}

describe("a leg's one RTP stream", () => {
  it('keeps the gaps of what it relays, under its own SSRC', () => {
    const { sent, sender: stream } = sender();
    for (const [sequence, timestamp] of [
      [65534, 4294967200],
      [65535, 64],
      [2, 544],
    ] as const) {
      stream.relay(incoming(sequence, timestamp), 0);
    }
    expect(new Set(sent.map(ssrcOf)).size).toBe(1);
    expect(ssrcOf(sent[0]!)).not.toBe(5);
    const steps = sent
      .slice(1)
      .map((packet, i) => [
        (sequenceOf(packet) - sequenceOf(sent[i]!)) & 0xffff,
        (timestampOf(packet) - timestampOf(sent[i]!)) >>> 0,
      ]);
    expect(steps).toEqual([
      [1, 160],
      [3, 480],
    ]);
    expect(sent.map((packet) => packet[1]! & 0x7f)).toEqual([0, 0, 0]);
  });

  it('goes on in sequence across sources, and marks the change', () => {
    const { sent, sender: stream } = sender();
    stream.relay(incoming(7, 1000), 8);
    stream.relay(incoming(8, 1160), 8);
    stream.changeSource();
    stream.frame(Buffer.alloc(172), 8);
    stream.frame(Buffer.alloc(172), 8);
    stream.changeSource();
    stream.relay(incoming(40_000, 99_999, 6), 8);
    const base = sequenceOf(sent[0]!);
    expect(sent.map((packet) => (sequenceOf(packet) - base) & 0xffff)).toEqual([0, 1, 2, 3, 4]);
    expect(sent.map(hasMarker)).toEqual([true, false, true, false, true]);
    const stamps = sent.map((packet) => (timestampOf(packet) - timestampOf(sent[0]!)) >>> 0);
    expect(stamps.every((stamp, i) => i === 0 || stamp > stamps[i - 1]!)).toBe(true);
    expect(stamps[3]! - stamps[2]!).toBe(160);
  });

  it('maps a stream anew that jumps, in place of jumping with it', () => {
    const { sent, sender: stream } = sender();
    stream.relay(incoming(7, 1000), 8);
    stream.relay(incoming(8, 1_000_000_000), 8);
    expect((timestampOf(sent[1]!) - timestampOf(sent[0]!)) >>> 0).toBeLessThan(8000);
  });
});
