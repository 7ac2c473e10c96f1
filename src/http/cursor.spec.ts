import { pageFrom, readCursor } from './cursor.js';
import { InputError } from './problem.js';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ID = '01890000-0000-7000-8000-000000000000';

describe('cursors', () => {
  test('lead to the row after the page’s last one', () => {
    const rows = ['2026-05-03T10:00:00.000001Z', '2026-05-02T10:00:00.000000Z'];
    const page = pageFrom(
      rows,
      1,
      (at) => [at, ID],
      (at) => at,
    );
    expect(page.items).toEqual([rows[0]]);
    expect(readCursor(page.nextCursor ?? '', 'time')).toEqual([rows[0], ID]);
    expect(
      pageFrom(
        rows,
        2,
        (at) => [at, ID],
        (at) => at,
      ).nextCursor,
    ).toBeNull();
    expect(
      pageFrom(
        [],
        2,
        (at: string) => [at, ID],
        (at) => at,
      ),
    ).toEqual({ items: [], nextCursor: null });
  });

  test.each([
    'nonsense',
    encoded(['now()', ID]),
    encoded(['2026-05-03T10:00:00Z', `${ID}' OR true --`]),
    encoded({ at: 1 }),
    encoded(['2026-05-03T10:00:00Z']),
  ])('of other makes are refused: %s', (cursor) => {
    expect(() => readCursor(cursor, 'time')).toThrow(InputError);
  });
});
