import { getCountries } from 'libphonenumber-js/max';
import { COUNTRIES } from './countries.js';
import { countryCode } from './provisioning.js';

describe('the countries that can be chosen', () => {
  it('are those whose numbers can be read', () => {
    expect([...COUNTRIES].sort()).toEqual([...getCountries()].sort());
  });

  it('are taken, and no other two letters', () => {
    expect(countryCode.safeParse('KZ').success).toBe(true);
    for (const none of ['QQ', 'kz', 'KAZ', '']) expect(countryCode.safeParse(none).success).toBe(false);
  });
});
