import { exitCodeOf, lineOf, note, well, wrong } from './finding.js';
import { instanceFinding } from './instance.js';
import { portFinding, rtpFinding } from './ports.js';
import { audioFinding, refusedFinding } from './self-test.js';
import { toneDb } from './tone.js';
import { bindingsFinding, reachFinding } from './trunks.js';

describe('what was found', () => {
  it('is one line each, and fails only for what is wrong', () => {
    expect(lineOf(wrong('SIP_PORT', 'two\nlines'))).toBe('✗ SIP_PORT         two; lines');
    expect(exitCodeOf([well('a', ''), note('b', '')])).toBe(0);
    expect(exitCodeOf([well('a', ''), wrong('b', '')])).toBe(1);
  });
});

describe('ports', () => {
  it.each([
    ['free', false, '✓'],
    ['free', true, '✗'],
    ['held', true, '✓'],
    ['held', false, '✗'],
    ['forbidden', false, '✗'],
    ['no-such-address', false, '✗'],
  ] as const)('%s, ours: %s', (state, isOurs, mark) =>
    expect(portFinding('SIP_PORT', 5060, state, isOurs).mark).toBe(mark),
  );

  it('for sound are enough for the calls', () => {
    expect(rtpFinding('20000-20999', 250).mark).toBe('✓');
    expect(rtpFinding('20000-20998', 250).mark).toBe('✗');
    expect(rtpFinding('21000-20000', 1).mark).toBe('✗');
  });
});

it('a Linekeeper that is not ready says which part is down', () => {
  const parts = [
    { name: 'database', up: false, detail: 'no answer in 2000 ms' },
    { name: 'drachtio', up: true },
  ];
  expect(instanceFinding({ ready: false, parts })).toEqual(
    wrong('Linekeeper', 'runs and is not ready: database is down (no answer in 2000 ms)'),
  );
  expect(instanceFinding(undefined).mark).toBe('!');
});

describe('trunks', () => {
  const at = { name: 'carrier', host: 'sip.example.com', port: 5060 };
  it.each([
    ['registration', undefined, '✗'],
    ['address', undefined, '!'],
    ['registration', 200, '✓'],
    ['address', 405, '✓'],
  ] as const)('by %s, answering %p to OPTIONS', (kind, status, mark) =>
    expect(reachFinding({ ...at, kind }, status).mark).toBe(mark),
  );

  it.each([
    [200, [{ name: 'Contact', key: 'contact', value: '<sip:x@y>' }], '✓'],
    [200, [], '!'],
    [403, [], '✗'],
    [405, [], '!'],
  ])('the registrar answers %d', (status, headers, mark) =>
    expect(bindingsFinding('carrier', { status, headers }).mark).toBe(mark),
  );
});

describe('the self-test call', () => {
  it.each([
    [{ byCaller: true, byManager: true }, '✓', 'fine'],
    [{ byCaller: false, byManager: true }, '✗', 'the caller hears nothing'],
    [{ byCaller: true, byManager: false }, '✗', 'the manager hears nothing'],
    [{ byCaller: false, byManager: false }, '✗', 'neither'],
  ])('%j', (heard, mark, text) => {
    const finding = audioFinding(heard, 'fine');
    expect(finding.mark).toBe(mark);
    expect(finding.text).toContain(text);
  });

  it('is no fault where nobody lets this machine call', () => {
    expect(refusedFinding(403, 'here').mark).toBe('!');
    expect(refusedFinding(503, 'here').mark).toBe('✗');
  });

  it('tells a tone from silence and from another tone', () => {
    const samples = Int16Array.from(
      { length: 1600 },
      (_, n) => 11_000 * Math.sin((2 * Math.PI * 600 * n) / 8000),
    );
    expect(toneDb({ samples, rate: 8000 }, 600)).toBeGreaterThan(-15);
    expect(toneDb({ samples, rate: 8000 }, 950)).toBeLessThan(-40);
    expect(toneDb({ samples: new Int16Array(1600), rate: 8000 }, 600)).toBe(-100);
  });
});
