import { byteRangeOf } from './byte-range.js';

describe('byte ranges (RFC 9110 §14.2)', () => {
  test.each([
    ['bytes=0-99', { first: 0, last: 99 }],
    ['bytes=0-', { first: 0, last: 999 }],
    ['bytes=900-5000', { first: 900, last: 999 }],
    ['bytes=-100', { first: 900, last: 999 }],
    ['bytes=-5000', { first: 0, last: 999 }],
    ['bytes=999-999', { first: 999, last: 999 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [undefined, undefined],
    ['bytes=5-2', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['items=0-5', undefined],
    ['bytes=0x10-', undefined],
  ])('%s of 1000 bytes', (header, wanted) => {
    expect(byteRangeOf(header, 1000)).toEqual(wanted);
  });
});
