import { createHash } from 'node:crypto';
import { LeakFinder } from '../support/leak-finder.js';

const NUMBER = '+79167654321';
const finder = new LeakFinder(NUMBER);
const bytes = Buffer.from(NUMBER);
const around = (text: string) =>
  `{"at":"2026-11-22T19:08:10.123Z","port":20434,"what":"${text}","id":"01a204df"}`;

describe('the finder of leaks finds a number', () => {
  it.each<[string, string | Buffer]>([
    ['in E.164', NUMBER],
    ['without the plus', '79167654321'],
    ['in national notation', '89167654321'],
    ['as its national digits alone', '9167654321'],
    ['after an international prefix', '81079167654321'],
    ['spaced', '+7 916 765 43 21'],
    ['with brackets and hyphens', '8 (916) 765-43-21'],
    ['with dots', '916.765.43.21'],
    ['with no-break spaces and dashes', '+7\u00a0916\u2013765\u201343\u201321'],
    ['digit by digit', '9-1-6-7-6-5-4-3-2-1'],
    ['as an array', '[7,9,1,6,7,6,5,4,3,2,1]'],
    ['as an array of texts', '["9", "1", "6", "7", "6", "5", "4", "3", "2", "1"]'],
    ['as tel:', `<tel:${NUMBER};phone-context=+7>`],
    ['as tel: with visual separators', 'tel:+7-916-765-43-21'],
    ['as the user of a SIP URI', `<sip:${NUMBER}@carrier.example;user=phone>`],
    ['in an SDP', `o=${NUMBER.slice(1)} 1 1 IN IP4 127.0.0.1\r\np=+7 916 765-43-21\r\n`],
    ['within other digits', `170000000${NUMBER.slice(1)}0042`],
    ['in a file name', `recordings/2026/11/22/${NUMBER.slice(1)}_101.wav`],
    ['percent-encoded', '%2B79167654321'],
    [
      'percent-encoded digit by digit',
      [...NUMBER].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
    ],
    ['percent-encoded twice', '%252B7%2520916%2520765%252043%252021'],
    ['quoted-printable', [...bytes].map((byte) => `=${byte.toString(16)}`).join('')],
    ['in hexadecimal', bytes.toString('hex')],
    ['in hexadecimal with blanks and capitals', bytes.toString('hex').toUpperCase().replace(/../g, '$& ')],
    ['as C writes bytes', [...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')],
    ['escaped as JSON may', [...NUMBER].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('')],
    ['as HTML entities', [...NUMBER].map((char) => `&#${char.charCodeAt(0)};`).join('')],
    [
      'as hexadecimal HTML entities',
      [...NUMBER].map((char) => `&#x${char.charCodeAt(0).toString(16)};`).join(''),
    ],
    ['in base64', bytes.toString('base64')],
    ['in base64 of its national digits', Buffer.from('9167654321').toString('base64')],
    ['in base64 among other things', Buffer.from(`{"n":"8 (916) 765-43-21"}`).toString('base64')],
    ['in base64url, behind other base64', `eyJhb${Buffer.from(`x${NUMBER}`).toString('base64url')}`],
    ['in UTF-16', Buffer.from(NUMBER, 'utf16le')],
    ['in full-width digits', '＋７９１６７６５４３２１'],
    ['in Arabic-Indic digits', '٩١٦٧٦٥٤٣٢١'],
    ['in full-width digits, as bytes', Buffer.from('９１６７６５４３２１')],
    ['in semi-octets', '9761674523F1'],
    ['in semi-octets without the country', '1976563412'],
    ['backwards, as ENUM does', '1.2.3.4.5.6.7.6.1.9.7.e164.arpa'],
    ['as its SHA-256', createHash('sha256').update(NUMBER).digest('hex')],
    ['as its MD5 in base64', createHash('md5').update('89167654321').digest('base64')],
    [
      'in binary data',
      Buffer.concat([Buffer.from([0x52, 0x49, 0xff, 0x00]), bytes, Buffer.from([0xff, 0x31])]),
    ],
  ])('%s', (_, leak) => {
    const planted = typeof leak === 'string' ? around(leak) : Buffer.concat([Buffer.from(around('')), leak]);
    expect(finder.find(planted)).not.toEqual([]);
  });

  it.each([
    ['of somebody else', '+79167654322'],
    ['of the same local part in another city', '+74957654321'],
    ['of the company', '+74950000100'],
    ['masked', '+…21'],
    ['as half of it', '916765'],
    ['as its keyed hash', createHash('sha256').update(`a key${NUMBER}`).digest('hex')],
    [
      'among ids and times',
      '01a204df-dbb4-746b-8ae6-67ce30b130e8 1795378109409 2026-11-22T19:08:10.123Z 7654321',
    ],
    [
      'in audio',
      Buffer.from(Uint8Array.from({ length: 4000 }, (__, i) => (i * 37) % 251)).toString('latin1'),
    ],
  ])('and takes nothing for it that is none: %s', (_, text) => {
    expect(finder.find(around(text))).toEqual([]);
  });

  it('and says where it stands and how it is written', () => {
    expect(finder.find('before 8 (916) 765-43-21 behind')).toEqual([
      { notation: 'digits', excerpt: 'before 8 (916) 765-43-21 behind' },
    ]);
  });
});
