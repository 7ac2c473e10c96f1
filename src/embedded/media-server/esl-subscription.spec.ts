import { EslEvent } from './esl-event.js';
import { Subscription } from './esl-subscription.js';

const event = (...headers: [string, string][]) => new EslEvent(headers);

describe('what an ESL client hears', () => {
  it('is what it named, and of CUSTOM the subclasses it named', () => {
    const subscription = new Subscription();
    expect(subscription.subscribe(['channel_park', 'CUSTOM', 'a::b', 'HEARTBEAT'])).toBe(true);
    expect(subscription.wants('CHANNEL_PARK')).toBe(true);
    expect(subscription.wants('CUSTOM', 'a::b')).toBe(true);
    expect(subscription.wants('CUSTOM', 'c::d')).toBe(false);
    expect(subscription.wants('HEARTBEAT')).toBe(false);
  });

  it('is everything after ALL, less what is nixed', () => {
    const subscription = new Subscription();
    subscription.subscribe(['ALL']);
    expect(subscription.wants('CUSTOM', 'any')).toBe(true);
    subscription.unsubscribe(['HEARTBEAT']);
    expect([subscription.wants('HEARTBEAT'), subscription.wants('DTMF')]).toEqual([false, true]);
    expect([subscription.clear(), subscription.clear()]).toEqual([true, false]);
  });

  it('passes with filters only what fits one of them', () => {
    const subscription = new Subscription();
    subscription.addFilter('Unique-ID', 'A-1');
    subscription.addFilter('Event-Name', '/^HEART/');
    expect(subscription.passes(event(['Unique-ID', 'a-1']))).toBe(true);
    expect(subscription.passes(event(['Event-Name', 'HEARTBEAT']))).toBe(true);
    expect(subscription.passes(event(['Unique-ID', 'a-2'], ['Event-Name', 'DTMF']))).toBe(false);
    subscription.deleteFilter('Unique-ID', 'A-1');
    expect(subscription.passes(event(['Unique-ID', 'a-1']))).toBe(false);
    subscription.deleteFilter('all');
    expect(subscription.passes(event(['Unique-ID', 'a-2']))).toBe(true);
  });

  it('is encoded as FreeSWITCH encodes it', () => {
    const text = new EslEvent([['A', 'sofia/x@y:1, %(1)\r\n']], 'body').toPlain();
    expect(text).toBe('A: sofia/x%40y%3A1,%20%25(1)%0D%0A\nContent-Length: 4\n\nbody');
  });
});
