import { describe, expect, test } from 'vitest';

import { AccessList } from '../../../src/access/mod.ts';
import type { Network } from '../../../src/model/mod.ts';

function network(text: string): Network {
  const [address = '', prefix = ''] = text.split('/');
  return { family: address.includes(':') ? 'inet6' : 'inet', address, prefix: Number(prefix), text };
}

function list(
  onlyFrom: readonly string[] | undefined,
  noAccess: readonly string[] = [],
  dualStack = false,
): AccessList {
  return new AccessList({ onlyFrom: onlyFrom?.map(network), noAccess: noAccess.map(network) }, dualStack);
}

describe('without lists', () => {
  test('everyone is admitted', () => {
    expect(list(undefined).admits('192.0.2.1')).toBe(true);
    expect(list(undefined).admits('2001:db8::1')).toBe(true);
  });
});

describe('only_from', () => {
  test('admits what it holds and no one else', () => {
    const access = list(['10.0.0.0/8', '2001:db8::/32']);
    expect(access.admits('10.200.3.4')).toBe(true);
    expect(access.admits('11.0.0.1')).toBe(false);
    expect(access.admits('2001:db8:1::5')).toBe(true);
    expect(access.admits('2001:db9::5')).toBe(false);
  });

  test('that is empty admits no one', () => {
    expect(list([]).admits('127.0.0.1')).toBe(false);
  });

  test('0.0.0.0/0 is IPv4 alone and ::/0 is IPv6 alone', () => {
    expect(list(['0.0.0.0/0']).admits('::1')).toBe(false);
    expect(list(['::/0']).admits('127.0.0.1')).toBe(false);
    expect(list(['::/0']).admits('::1')).toBe(true);
  });

  test('matches a link-local client whatever its scope', () => {
    expect(list(['fe80::/10']).admits('fe80::1%eth0')).toBe(true);
  });
});

describe('both lists', () => {
  test('the more specific block decides, whichever list it is in', () => {
    const holes = list(['10.0.0.0/8', '10.1.2.3/32'], ['10.1.0.0/16']);
    expect(holes.admits('10.2.0.1')).toBe(true);
    expect(holes.admits('10.1.9.9')).toBe(false);
    expect(holes.admits('10.1.2.3')).toBe(true);
  });

  test('a tie denies', () => {
    expect(list(['192.0.2.0/24'], ['192.0.2.0/24']).admits('192.0.2.7')).toBe(false);
  });

  test('no_access alone denies what it holds', () => {
    const access = list(undefined, ['::1/128']);
    expect(access.admits('::1')).toBe(false);
    expect(access.admits('::2')).toBe(true);
    expect(access.admits('127.0.0.1')).toBe(true);
  });
});

describe('on a socket for both families', () => {
  test.each(['::/0', '::/80', '::ffff:0:0/96'])('%s holds all IPv4 clients', (block) => {
    expect(list([block], [], true).admits('127.0.0.1')).toBe(true);
    expect(list(undefined, [block], true).admits('127.0.0.1')).toBe(false);
  });

  test('other IPv6 blocks hold none', () => {
    expect(list(['2001:db8::/32', '::1/128'], [], true).admits('127.0.0.1')).toBe(false);
    expect(list(undefined, ['2000::/3'], true).admits('127.0.0.1')).toBe(true);
  });

  test('a more specific IPv4 block still decides', () => {
    expect(list(['127.0.0.0/8'], ['::/0'], true).admits('127.0.0.1')).toBe(true);
  });
});

test('what is no address is refused when there is any rule', () => {
  expect(list(undefined, ['10.0.0.0/8']).admits('<no address>')).toBe(false);
});
