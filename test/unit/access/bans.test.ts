import { expect, test } from 'vitest';

import { Bans } from '../../../src/access/mod.ts';

test('a ban holds for every address of its block, of both families, and for no other', () => {
  const bans = new Bans();
  bans.add('192.0.2.77/24', Number.POSITIVE_INFINITY);
  bans.add('2001:db8::/32', Number.POSITIVE_INFINITY);
  bans.add('fe80::1', Number.POSITIVE_INFINITY);
  expect(['192.0.2.1', '192.0.3.1', '2001:db8::9', '2001:db9::9', 'fe80::1%2'].map((ip) => bans.has(ip, 0))).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
  expect(bans.has('unix:uid=0', 0)).toBe(false);
});

test('a block is the same in all its spellings', () => {
  const bans = new Bans();
  expect(bans.add('192.0.2.77/24', 1)).toEqual({ block: '192.0.2.0/24' });
  expect(bans.add('::ffff:192.0.2.5/120', 2)).toEqual({ block: '192.0.2.0/24' });
  expect(bans.add('192.0.2.5/32', 3)).toEqual({ block: '192.0.2.5' });
  expect(bans.list(0)).toEqual([
    { block: '192.0.2.0/24', until: 2 },
    { block: '192.0.2.5', until: 3 },
  ]);
  expect(bans.remove('192.0.2.255/24')).toBe('192.0.2.0/24');
  expect(bans.remove('192.0.2.0/24')).toBeUndefined();
});

test.each(['', 'x', '192.0.2', '192.0.2.0/33', '192.0.2.0/', '192.0.2.0/24/1', '::/129', '1.2.3.4/-1'])(
  'no block: %j',
  (text) => {
    expect(new Bans().add(text, 1)).toBeUndefined();
  },
);

test('a ban is over when its time has come, and the others go on', () => {
  const bans = new Bans();
  bans.add('192.0.2.1', 1000);
  bans.add('192.0.2.2', 2000);
  expect([bans.has('192.0.2.1', 999), bans.has('192.0.2.1', 1000), bans.has('192.0.2.2', 1000)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(bans.list(1500)).toEqual([{ block: '192.0.2.2', until: 2000 }]);
  bans.add('192.0.2.2', 5000);
  expect(bans.has('192.0.2.2', 3000)).toBe(true);
});

test('there is an end to the number of bans', () => {
  const small = new Bans(2);
  small.add('192.0.2.1', 1);
  small.add('192.0.2.2', 1);
  expect(small.add('192.0.2.3', 1)).toBe('full');
  expect(small.add('192.0.2.2', 9)).toEqual({ block: '192.0.2.2' });
});
