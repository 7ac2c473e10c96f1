import { writeHeader } from './rtp-packet.js';
import { DigitQueue, DigitReceiver, eventOf } from './telephone-event.js';

function packet(digit: string, timestamp: number, duration: number, over: boolean, marker = false): Buffer {
  const bytes = Buffer.alloc(16);
  writeHeader(bytes, 101, marker, 1, timestamp, 7);
  bytes[12] = eventOf(digit);
  bytes[13] = over ? 0x8a : 0x0a;
  bytes.writeUInt16BE(duration, 14);
  return bytes;
}

function receiver() {
  const heard: string[] = [];
  const digits = new DigitReceiver((digit, duration) => heard.push(`${digit}/${duration}`));
  const receive = (bytes: Buffer) => digits.receive(bytes, { start: 12, end: 16 });
  return { heard, receive, digits };
}

describe('digits that come (RFC 4733)', () => {
  it('counts a digit once, however often its end is sent', () => {
    const { heard, receive } = receiver();
    receive(packet('5', 1000, 160, false, true));
    receive(packet('5', 1000, 320, false));
    for (let copy = 0; copy < 3; copy++) receive(packet('5', 1000, 480, true));
    expect(heard).toEqual(['5/480']);
  });

  it('counts the same digit pressed twice as two', () => {
    const { heard, receive } = receiver();
    receive(packet('1', 1000, 160, true, true));
    receive(packet('1', 3000, 160, true, true));
    expect(heard).toEqual(['1/160', '1/160']);
  });

  it('counts a digit of which only one end packet arrived', () => {
    const { heard, receive } = receiver();
    receive(packet('#', 1000, 800, true));
    expect(heard).toEqual(['#/800']);
  });

  it('counts a digit whose end was lost, at the next one', () => {
    const { heard, receive, digits } = receiver();
    receive(packet('1', 1000, 160, false, true));
    receive(packet('2', 3000, 160, false, true));
    expect(heard).toEqual(['1/160']);
    digits.close();
    expect(heard).toEqual(['1/160']);
  });
});

describe('digits that go', () => {
  const steps = (text: string) => {
    const queue = new DigitQueue();
    expect(queue.add(text)).toBe(true);
    const all = [];
    while (!queue.idle) all.push(queue.next());
    return all;
  };

  it('grow by 20 ms a packet, end three times, and pause before the next', () => {
    const all = steps('19@60');
    const sent = all.filter((step) => step !== undefined);
    expect(sent.map((step) => [step.event, step.duration, step.over])).toEqual([
      [1, 160, false],
      [1, 320, false],
      [1, 480, true],
      [1, 480, true],
      [1, 480, true],
      [9, 160, false],
      [9, 320, false],
      [9, 480, true],
      [9, 480, true],
      [9, 480, true],
    ]);
    expect(sent.map((step) => step.first)).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(all.filter((step) => step === undefined)).toHaveLength(3);
  });

  it('wait 500 ms at a w', () => {
    expect(steps('w1@50').findIndex((step) => step !== undefined)).toBe(25);
  });

  it.each(['', 'x', '12 3', '1@', '1@abc', '1'.repeat(65)])('are refused: "%s"', (text) => {
    expect(new DigitQueue().add(text)).toBe(false);
  });
});
