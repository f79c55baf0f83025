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
  const lists = { onlyFrom: onlyFrom?.map(network), noAccess: noAccess.map(network), names: undefined };
  return new AccessList(lists, dualStack);
}

function admits(access: AccessList, address: string): boolean {
  const answer = access.judge(address, () => {
    throw new Error('no name may be asked for where there is none in the lists');
  });
  return answer === 'allow';
}

describe('without lists', () => {
  test('everyone is admitted', () => {
    expect(admits(list(undefined), '192.0.2.1')).toBe(true);
    expect(admits(list(undefined), '2001:db8::1')).toBe(true);
  });
});

describe('only_from', () => {
  test('admits what it holds and no one else', () => {
    const access = list(['10.0.0.0/8', '2001:db8::/32']);
    expect(admits(access, '10.200.3.4')).toBe(true);
    expect(admits(access, '11.0.0.1')).toBe(false);
    expect(admits(access, '2001:db8:1::5')).toBe(true);
    expect(admits(access, '2001:db9::5')).toBe(false);
  });

  test('that is empty admits no one', () => {
    expect(admits(list([]), '127.0.0.1')).toBe(false);
  });

  test('0.0.0.0/0 is IPv4 alone and ::/0 is IPv6 alone', () => {
    expect(admits(list(['0.0.0.0/0']), '::1')).toBe(false);
    expect(admits(list(['::/0']), '127.0.0.1')).toBe(false);
    expect(admits(list(['::/0']), '::1')).toBe(true);
  });

  test('matches a link-local client whatever its scope', () => {
    expect(admits(list(['fe80::/10']), 'fe80::1%eth0')).toBe(true);
  });
});

describe('both lists', () => {
  test('the more specific block decides, whichever list it is in', () => {
    const holes = list(['10.0.0.0/8', '10.1.2.3/32'], ['10.1.0.0/16']);
    expect(admits(holes, '10.2.0.1')).toBe(true);
    expect(admits(holes, '10.1.9.9')).toBe(false);
    expect(admits(holes, '10.1.2.3')).toBe(true);
  });

  test('a tie denies', () => {
    expect(admits(list(['192.0.2.0/24'], ['192.0.2.0/24']), '192.0.2.7')).toBe(false);
  });

  test('no_access alone denies what it holds', () => {
    const access = list(undefined, ['::1/128']);
    expect(admits(access, '::1')).toBe(false);
    expect(admits(access, '::2')).toBe(true);
    expect(admits(access, '127.0.0.1')).toBe(true);
  });
});

describe('on a socket for both families', () => {
  test.each(['::/0', '::/80', '::ffff:0:0/96'])('%s holds all IPv4 clients', (block) => {
    expect(admits(list([block], [], true), '127.0.0.1')).toBe(true);
    expect(admits(list(undefined, [block], true), '127.0.0.1')).toBe(false);
  });

  test('other IPv6 blocks hold none', () => {
    expect(admits(list(['2001:db8::/32', '::1/128'], [], true), '127.0.0.1')).toBe(false);
    expect(admits(list(undefined, ['2000::/3'], true), '127.0.0.1')).toBe(true);
  });

  test('a more specific IPv4 block still decides', () => {
    expect(admits(list(['127.0.0.0/8'], ['::/0'], true), '127.0.0.1')).toBe(true);
  });
});

test('what is no address is refused when there is any rule', () => {
  expect(admits(list(undefined, ['10.0.0.0/8']), '<no address>')).toBe(false);
});
