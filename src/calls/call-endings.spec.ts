import { AppError } from '../common/app-error.js';
import { SipRejected } from '../sip/sip-rejected.js';
import { ENDINGS, endingOf, outcomeOf, type EndingName } from './call-endings.js';

const names = Object.keys(ENDINGS) as EndingName[];

describe('the endings of a call', () => {
  it.each(names)('%s has a final response above 299 and a Q.850 cause', (name) => {
    const { sipStatus, cause } = ENDINGS[name];
    expect(sipStatus).toBeGreaterThanOrEqual(300);
    expect(sipStatus).toBeLessThan(700);
    expect(cause).toBeGreaterThanOrEqual(1);
    expect(cause).toBeLessThanOrEqual(127);
  });

  it.each(names)('%s leaves an answered call answered and never an unanswered one', (name) => {
    expect(outcomeOf('inbound', name, true)).toBe('answered');
    expect(outcomeOf('inbound', name, false)).not.toBe('answered');
  });

  it.each(names)('%s makes no missed call of one that we made', (name) => {
    expect(outcomeOf('outbound', name, false)).not.toBe('missed');
  });

  it('are read from the code of an error', () => {
    expect(endingOf(new AppError('no-common-codec', 'none'))).toBe('no-common-codec');
  });

  it('are the media server’s loss where it does not answer a command', () => {
    expect(endingOf(new AppError('media-server-away', 'no answer'))).toBe('media-server-lost');
  });

  it('are the signalling’s loss where drachtio-server is away, and a dialog’s where its ACK does not come', () => {
    expect(endingOf(new SipRejected(503, 'drachtio-server is away'))).toBe('signalling-lost');
    expect(endingOf(new SipRejected(408, 'no ACK'))).toBe('dialog-timed-out');
    expect(endingOf(new SipRejected(491))).toBe('internal-error');
  });

  it('are our own fault where nobody named them', () => {
    expect(endingOf(new AppError('something-else', 'new'))).toBe('internal-error');
    expect(endingOf(new TypeError('x is not a function'))).toBe('internal-error');
    expect(endingOf('thrown as text')).toBe('internal-error');
  });
});
