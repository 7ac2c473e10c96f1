import { createHash } from 'node:crypto';

/** Where a number was found, and how it was written there. */
export interface Hit {
  notation: string;
  /** What stands around it. */
  excerpt: string;
}

/** Between two digits of a number as people, programs and protocols write it; never a letter or a digit. */
const GAP = String.raw`[^0-9A-Za-z]{0,4}`;
/** Between two bytes in hexadecimal: `39 31`, `%39%31`, `=39=31`, `\x39\x31`, `0x39,0x31`. */
const HEX_GAP = String.raw`(?:0x|[^0-9A-Fa-f]){0,5}`;
const BASE64_RUN = /[A-Za-z0-9+/_-]{12,}/g;

/**
 * Finds one telephone number in anything, however it is written: with any prefix and any separators, in other
 * scripts, escaped, percent-encoded, in hexadecimal, base64 or semi-octets, backwards as in ENUM, or as a hash that
 * anybody can make.
 */
export class LeakFinder {
  private readonly texts: { notation: string; pattern: RegExp }[];
  private readonly spelled: RegExp;

  /** @param e164 of a country with a code of one digit: +7 and ten digits, or +1 */
  constructor(e164: string) {
    const national = e164.slice(2);
    this.spelled = new RegExp([...national].join(GAP));
    this.texts = [
      { notation: 'backwards', pattern: new RegExp([...national].toReversed().join(GAP)) },
      {
        notation: 'hexadecimal',
        pattern: new RegExp([...national].map((digit) => `3${digit}`).join(HEX_GAP)),
      },
      ...semiOctets(e164.slice(1)).map((octets) => ({
        notation: 'semi-octets',
        pattern: new RegExp(octets, 'i'),
      })),
      ...hashesOf(notationsOf(e164)).map((hash) => ({
        notation: 'a hash without a key',
        pattern: new RegExp(hash.replace(/[+/]/g, '\\$&'), 'i'),
      })),
    ];
  }

  /** @returns every notation in which the number stands there, once each */
  find(content: string | Buffer): Hit[] {
    const raw = typeof content === 'string' ? content : content.toString('latin1');
    const hits = this.texts.flatMap(({ notation, pattern }) => hit(notation, pattern, raw));
    hits.push(...hit('digits', this.spelled, raw));
    for (const [notation, read] of Object.entries(READINGS)) {
      const text = read(raw);
      if (text !== raw && hits.every((one) => one.notation !== 'digits'))
        hits.push(...hit(notation, this.spelled, text));
    }
    hits.push(...this.inBase64(raw));
    return hits;
  }

  private inBase64(raw: string): Hit[] {
    for (const [run] of raw.matchAll(BASE64_RUN)) {
      // The run may begin before the value does: at any of the four places of a group.
      for (let skipped = 0; skipped < 4; skipped += 1) {
        const decoded = Buffer.from(run.slice(skipped), 'base64').toString('latin1');
        if (this.spelled.test(decoded)) return [{ notation: 'base64', excerpt: run.slice(0, 120) }];
      }
    }
    return [];
  }
}

/** Other ways to read a text before its digits are looked for. */
const READINGS: Record<string, (raw: string) => string> = {
  'percent-encoded': (raw) => percentDecoded(percentDecoded(raw)),
  escaped: (raw) =>
    raw
      .replace(/\\u\{?([0-9a-f]{2,4})\}?/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      .replace(/&#x([0-9a-f]+);?/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      .replace(/&#(\d{2,3});?/g, (_, code: string) => String.fromCharCode(Number(code))),
  'digits of another script': (raw) =>
    otherDigits(Buffer.from(raw, 'latin1').toString('utf8')) + otherDigits(raw),
};

const percentDecoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** Unicode's decimal digits come in tens, each script's zero first. */
const otherDigits = (text: string): string =>
  text.replace(/(?![0-9])\p{Nd}/gu, (char) => {
    const code = char.codePointAt(0) as number;
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1;
    return String(code - zero);
  });

function hit(notation: string, pattern: RegExp, text: string): Hit[] {
  const found = pattern.exec(text);
  if (!found) return [];
  const from = Math.max(0, found.index - 120);
  return [{ notation, excerpt: text.slice(from, found.index + found[0].length + 60) }];
}

/** ITU-T Q.763 and 3GPP TS 23.040: two digits an octet, the first in the low half. Both with and without the prefix. */
function semiOctets(digits: string): string[] {
  return [digits, digits.slice(1)].map((number) => {
    const even = number.length % 2 === 0 ? number : `${number}f`;
    return even.replace(/(.)(.)/g, '$2$1');
  });
}

/** As carriers, people and programs write it. */
export const notationsOf = (e164: string): string[] => {
  const national = e164.slice(2);
  return [e164, e164.slice(1), `8${national}`, national, `tel:${e164}`, `sip:${e164}`, `00${e164.slice(1)}`];
};

const hashesOf = (texts: string[]): string[] =>
  texts.flatMap((text) =>
    ['md5', 'sha1', 'sha256'].flatMap((algorithm) => {
      const digest = createHash(algorithm).update(text).digest();
      return [
        digest.toString('hex'),
        digest.toString('base64').replace(/=+$/, ''),
        digest.toString('base64url'),
      ];
    }),
  );
