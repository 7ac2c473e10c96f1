import type { PhoneNumber } from '../common/phone-number.js';
import type { DiallingRulesConfig } from '../provisioning/config.js';

/** Why a number may not be called, by the name that the call then ends with. */
export type Forbidden = 'premium-number' | 'country-not-allowed';

/** @returns undefined where the company lets its extensions call the number */
export function whyForbidden(rules: DiallingRulesConfig, number: PhoneNumber): Forbidden | undefined {
  if (number.isPremium) return 'premium-number';
  const { country } = number;
  if (country !== undefined && rules.allowedCountries.includes(country)) return undefined;
  return rules.allowedPrefixes.some((prefix) => number.beginsWith(prefix))
    ? undefined
    : 'country-not-allowed';
}
