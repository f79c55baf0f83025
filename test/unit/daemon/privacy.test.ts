import { expect, test } from 'vitest';

import { shownAddress, shownRecord } from '../../../src/daemon/privacy.ts';

test('network leaves the block, also of addresses with a scope', () => {
  expect(shownAddress('network', '192.0.2.7')).toBe('192.0.2.0/24');
  expect(shownAddress('network', '2001:db8:1:2::3')).toBe('2001:db8:1::/48');
  expect(shownAddress('network', 'fe80::1%eth0')).toBe('fe80::%eth0/48');
});

test('a hash is of the whole address, and the same again', () => {
  const hash = shownAddress('hash', '192.0.2.7');
  expect(hash).toMatch(/^#[\w-]{12}$/);
  expect(shownAddress('hash', '192.0.2.7')).toBe(hash);
  expect(shownAddress('hash', '192.0.2.8')).not.toBe(hash);
  expect(shownAddress('hash', 'fe80::1%eth0')).not.toBe(shownAddress('hash', 'fe80::1%eth1'));
});

test('users of this machine and unknown clients are told as ever', () => {
  for (const privacy of ['full', 'network', 'hash'] as const) {
    expect(shownAddress(privacy, 'unix:uid=1000')).toBe('unix:uid=1000');
    expect(shownRecord(privacy, { event: 'fail', reason: 'load', from: undefined })).toEqual({
      event: 'fail',
      reason: 'load',
      from: undefined,
    });
  }
  expect(shownAddress('full', '192.0.2.7')).toBe('192.0.2.7');
});
