import { inspect } from 'node:util';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

/**
 * A telephone number in E.164. It prints masked everywhere (string, JSON, logs, inspect); the digits come out
 * only by `reveal()`, which a lint rule keeps to the vault and to SIP targets.
 */
export class PhoneNumber {
  readonly #e164: string;

  private constructor(e164: string) {
    this.#e164 = e164;
  }

  /**
   * Reads a number as people and carriers write it (+7916…, 8916…, 7916…, spaced, `tel:`).
   * @param text what was dialled or shown
   * @param country ISO 3166-1 alpha-2 of the company, for national notation
   * @returns undefined where the text is no possible number
   */
  static parse(text: string, country: string): PhoneNumber | undefined {
    const bare = text.trim().replace(/^tel:/i, '').replace(/;.*$/, '');
    if (!/^[+\d][\d\s().-]{2,30}$/.test(bare)) return undefined;
    const digits = bare.replace(/\D/g, '');
    // Carriers drop the plus: 7916… is +7916… where it is valid so, and a national number where it is not.
    for (const candidate of bare.startsWith('+') ? [`+${digits}`] : [digits, `+${digits}`]) {
      const parsed = parsePhoneNumberFromString(candidate, country as CountryCode);
      if (parsed?.isValid()) return new PhoneNumber(parsed.number);
    }
    return undefined;
  }

  /** A number already known to be E.164 (`+` and 3 to 15 digits), from our own storage. */
  static fromE164(e164: string): PhoneNumber {
    if (!/^\+\d{3,15}$/.test(e164)) throw new TypeError('not an E.164 number: it is + and 3 to 15 digits');
    return new PhoneNumber(e164);
  }

  /** The digits, in E.164. See the lint rule for who may call this. */
  reveal(): string {
    return this.#e164;
  }

  /** ISO 3166-1 alpha-2; undefined where the number is no country's (satellites, international networks). */
  get country(): string | undefined {
    return parsePhoneNumberFromString(this.#e164)?.country;
  }

  /** Whether whoever calls it pays more than for a call. */
  get isPremium(): boolean {
    const type = parsePhoneNumberFromString(this.#e164)?.getType();
    return type === 'PREMIUM_RATE' || type === 'SHARED_COST';
  }

  /** @param prefix the beginning of a number in E.164, with the plus */
  beginsWith(prefix: string): boolean {
    return this.#e164.startsWith(prefix);
  }

  equals(other: PhoneNumber): boolean {
    return this.#e164 === other.#e164;
  }

  toString(): string {
    return `+…${this.#e164.slice(-2)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `PhoneNumber(${this.toString()})`;
  }
}
