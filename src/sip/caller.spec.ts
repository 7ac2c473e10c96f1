import { readCaller, type CallerHeaders } from './caller.js';

const read = (headers: Partial<CallerHeaders>) => {
  const caller = readCaller({ from: '<sip:+79161234567@carrier>;tag=1', ...headers }, 'RU');
  return caller.kind === 'number' ? caller.number.reveal() : caller.kind;
};

describe('who calls', () => {
  it.each<[string, Partial<CallerHeaders>, string]>([
    ['From in E.164', {}, '+79161234567'],
    ['From in national notation', { from: '"x" <sip:89161234567@c>' }, '+79161234567'],
    ['From without the plus', { from: '<sip:79161234567@c;user=phone>' }, '+79161234567'],
    ['From with parameters in its user part', { from: '<sip:+79161234567;cpc=ordinary@c>' }, '+79161234567'],
    ['tel: in From', { from: '<tel:+7-916-123-45-67>' }, '+79161234567'],
    [
      'what the carrier asserts',
      { assertedIdentity: '"A" <sip:+74951234567@c>, <tel:+74951234567>' },
      '+74951234567',
    ],
    ['From where the assertion is no number', { assertedIdentity: '<sip:trunk@c>' }, '+79161234567'],
    ['Remote-Party-ID', { remotePartyId: '<sip:+74951234567@c>;party=calling;privacy=off' }, '+74951234567'],
    [
      'an asserted number behind an anonymous From',
      { from: '<sip:anonymous@anonymous.invalid>', assertedIdentity: '<sip:+74951234567@c>' },
      '+74951234567',
    ],
  ])('%s', (_, headers, number) => {
    expect(read(headers)).toBe(number);
  });

  it.each<[string, Partial<CallerHeaders>]>([
    ['Privacy: id, whatever else is said', { privacy: 'id', assertedIdentity: '<sip:+74951234567@c>' }],
    ['Privacy among others', { privacy: 'critical;user' }],
    ['anonymous.invalid', { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' }],
    ['an empty user', { from: '<sip:carrier.example>;tag=1' }],
    ['Restricted', { from: '<sip:Restricted@c>' }],
    ['Remote-Party-ID with privacy', { remotePartyId: '<sip:+74951234567@c>;privacy=full' }],
  ])('withheld: %s', (_, headers) => {
    expect(read(headers)).toBe('withheld');
  });

  it.each<[string, Partial<CallerHeaders>]>([
    ['letters', { from: '<sip:robot@c>' }],
    ['too few digits', { from: '<sip:12@c>' }],
    ['no URI', { from: 'hello' }],
    ['nothing', { from: undefined }],
  ])('malformed: %s', (_, headers) => {
    expect(read(headers)).toBe('malformed');
  });

  it.each<[string, Partial<CallerHeaders>, boolean]>([
    ['by P-Asserted-Identity', { assertedIdentity: '<sip:+74951234567@c>' }, true],
    ['not by From', {}, false],
    ['not by an assertion of something else', { assertedIdentity: '<sip:trunk@c>' }, false],
    ['not by Remote-Party-ID, which no RFC has', { remotePartyId: '<sip:+74951234567@c>' }, false],
  ])('the carrier vouches for a number %s', (_, headers, asserted) => {
    const from = '<sip:+79161234567@carrier>;tag=1';
    expect(readCaller({ from, ...headers }, 'RU')).toMatchObject({ kind: 'number', asserted });
  });

  it('Privacy: none hides nothing', () => {
    expect(read({ privacy: 'none' })).toBe('+79161234567');
  });
});
