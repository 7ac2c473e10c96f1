import { tableOf } from './table.js';

it('lines its columns up', () => {
  expect(
    tableOf([
      { scene: 'answered', manager: '101 Anna' },
      { scene: 'missed', manager: '' },
    ]),
  ).toEqual(['scene     manager', '────────  ────────', 'answered  101 Anna', 'missed']);
});
