import { checkDigit, isClientCode, newClientCode } from './client-code.js';

const codes = Array.from({ length: 500 }, () => newClientCode(0));

describe('a client code', () => {
  it('has five digits, does not begin with 0, and proves itself', () => {
    for (const code of codes) {
      expect(code).toMatch(/^[1-9]\d{4}$/);
      expect(isClientCode(code)).toBe(true);
    }
  });

  it('is random', () => {
    expect(new Set(codes).size).toBeGreaterThan(450);
  });

  it('grows by a digit where four were taken in a row', () => {
    expect([3, 4, 8].map((attempt) => newClientCode(attempt).length)).toEqual([5, 6, 7]);
  });

  it('fails its check with any one digit wrong', () => {
    for (const code of codes.slice(0, 50)) {
      for (let place = 0; place < code.length; place += 1) {
        for (const digit of '0123456789') {
          if (digit === code[place]) continue;
          expect(isClientCode(code.slice(0, place) + digit + code.slice(place + 1))).toBe(false);
        }
      }
    }
  });

  it('fails its check with two neighbours swapped, nearly always', () => {
    const swapped = codes.flatMap((code) =>
      [0, 1, 2, 3].flatMap((place) => {
        const [left, right] = [code[place] as string, code[place + 1] as string];
        return left === right ? [] : [code.slice(0, place) + right + left + code.slice(place + 2)];
      }),
    );
    const missed = swapped.filter(isClientCode);
    expect(missed.length / swapped.length).toBeLessThan(0.05);
  });

  it.each(['', '1234', 'abcde', '12 345', '12345678901', '0000'])('is not %p', (text) => {
    expect(isClientCode(text)).toBe(false);
  });

  it.each([
    ['0794', '5'], // the example of ISO/IEC 7064
    ['8609574271', '9'], // the example of the German tax number, which uses it
  ])('of %s takes the check digit %s', (digits, check) => {
    expect(checkDigit(digits)).toBe(check);
  });
});
