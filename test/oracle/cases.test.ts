/** Each of the cases of cases.ts is shown by tests that exist, and what xinetd gets wrong by a difference. */
import { expect, test } from 'vitest';

import { cases } from './cases.ts';
import { declared } from './page.ts';

test('there are 75, each described once', () => {
  expect(cases).toHaveLength(75);
  expect(new Set(cases.map(({ what }) => what)).size).toBe(75);
});

test('every test that a case names is there and is a comparison with xinetd', () => {
  const missing = cases.flatMap(({ what, shownBy }) =>
    shownBy
      .filter((named) => !['same', 'difference'].includes(declared(named) ?? ''))
      .map((named) => ({ what, ...named })),
  );
  expect(missing).toEqual([]);
});

test('every case has a test, and a fault of xinetd a difference', () => {
  const lacking = cases.filter(
    ({ mended, shownBy }) => !shownBy.some((named) => mended !== true || declared(named) === 'difference'),
  );
  expect(lacking).toEqual([]);
});
