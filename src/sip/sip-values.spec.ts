import fc from 'fast-check';
import { contactKey, parseNameAddress, parseSipUri, quote, splitOutside, unquote } from './sip-values.js';

describe('header values', () => {
  it.each([
    ['"A \\"B\\", C" <sip:101@h;transport=tcp>;tag=x;q=0.5', 'A "B", C', 'sip:101@h;transport=tcp', 'x'],
    ['sip:101@h;tag=x', '', 'sip:101@h', 'x'],
    ['  Anna  <tel:+7916>;TAG=x', 'Anna', 'tel:+7916', 'x'],
  ])('reads %s', (text, displayName, uri, tag) => {
    const read = parseNameAddress(text);
    expect(read).toMatchObject({ displayName, uri });
    expect(read?.params.get('tag')).toBe(tag);
  });

  it.each(['', '<>', '<sip:a b@h>', '"open <sip:a@h>', 'a,b'])('does not read %j', (text) => {
    expect(parseNameAddress(text)).toBeUndefined();
  });

  it.each([
    ['sip:+7916%31@H.Example:5070;transport=TCP', { user: '+79161', host: 'h.example', port: 5070 }],
    ['sips:h', { user: '', host: 'h', port: undefined }],
    ['sip:a;npdi;rn=1@[2001:db8::1]:5061', { user: 'a', host: '[2001:db8::1]', port: 5061 }],
    ['tel:+7-916;phone-context=ru', { scheme: 'tel', user: '+7-916', host: '' }],
  ])('reads the URI %s', (text, expected) => {
    expect(parseSipUri(text)).toMatchObject(expected);
  });

  it.each(['mailto:a@b', 'sip:', 'sip:a@', 'sip:a@h:0', 'sip:a@h:99999', 'sip:%zz@h', 'sip:a@h h'])(
    'takes %j for no SIP URI',
    (text) => {
      expect(parseSipUri(text)).toBeUndefined();
    },
  );

  it('knows one contact by user, host, port and transport', () => {
    const key = (text: string) => contactKey(parseSipUri(text)!);
    expect(key('sip:a@H;transport=UDP;x=1')).toBe(key('sip:a@h:5060'));
    expect(key('sip:a@h')).not.toBe(key('sip:A@h'));
    expect(key('sip:a@h')).not.toBe(key('sip:a@h;transport=tcp'));
  });

  it('cuts only outside quotes and angle brackets', () => {
    expect(splitOutside('"a,b" <sip:c,d@h>, e', ',')).toEqual(['"a,b" <sip:c,d@h>', 'e']);
  });

  it('never throws, whatever strangers write', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseNameAddress(text);
        parseSipUri(`sip:${text}`);
        splitOutside(text, ',');
        expect(unquote(quote(text))).toBe(text.replace(/[\u0000-\u001f\u007f]+/g, ' ')); // eslint-disable-line no-control-regex
      }),
    );
  });
});
