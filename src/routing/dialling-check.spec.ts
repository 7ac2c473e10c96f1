import { PhoneNumber } from '../common/phone-number.js';
import { Snapshot } from '../provisioning/config.js';
import { whyForbidden } from './dialling-check.js';

const usual = { ...Snapshot.empty.diallingRulesOf('c'), allowedCountries: ['RU'] };
const why = (number: string, rules = usual) => whyForbidden(rules, PhoneNumber.fromE164(number));

describe('whom a company’s extensions may call', () => {
  it.each(['+79161234567', '+74950000100', '+78001234567'])('%s, in the company’s own country', (number) => {
    expect(why(number)).toBeUndefined();
  });

  it.each(['+4915112345678', '+77011234567', '+12125551234'])(
    'not %s, in a country that is not allowed',
    (number) => {
      expect(why(number)).toBe('country-not-allowed');
    },
  );

  it('neither satellites nor international networks, which are no country’s', () => {
    expect(why('+8816123456789')).toBe('country-not-allowed');
    expect(why('+882161234567')).toBe('country-not-allowed');
  });

  it('a prefix that is allowed by itself', () => {
    const rules = { ...usual, allowedPrefixes: ['+49151'] };
    expect(why('+4915112345678', rules)).toBeUndefined();
    expect(why('+4917112345678', rules)).toBe('country-not-allowed');
  });

  it.each([
    ['RU', '+78091234567'],
    ['DE', '+499001234567'],
    ['GB', '+449012345678'],
  ])('no premium number, not even of an allowed country or prefix (%s)', (country, number) => {
    expect(why(number, { ...usual, allowedCountries: [country], allowedPrefixes: [number] })).toBe(
      'premium-number',
    );
  });
});
