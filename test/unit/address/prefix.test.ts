/** Blocks of addresses are cut at the bit, not at the octet; ipaddr.js is the oracle. */
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';

import {
  formatIp,
  type IpAddress,
  longestPrefix,
  maskIp,
  parseIp,
  prefixOfNetmask,
  sharePrefix,
} from '../../../src/address/mod.ts';

function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

describe('maskIp', () => {
  it.each([
    ['10.1.2.3', 0, '0.0.0.0'],
    ['10.1.2.3', 8, '10.0.0.0'],
    ['10.255.2.3', 9, '10.128.0.0'],
    ['10.1.2.3', 32, '10.1.2.3'],
    ['2001:db8::ffff', 113, '2001:db8::8000'],
    ['2001:db8::ffff', 128, '2001:db8::ffff'],
  ])('%s/%i is %s', (address, prefix, network) => {
    expect(formatIp(maskIp(ip(address), prefix))).toBe(network);
  });
});

describe('prefixOfNetmask', () => {
  it.each([
    ['0.0.0.0', 0],
    ['255.0.0.0', 8],
    ['255.255.240.0', 20],
    ['255.255.255.255', 32],
  ])('%s is %i', (mask, prefix) => {
    expect(prefixOfNetmask(ip(mask))).toBe(prefix);
  });

  it.each(['0.255.255.255', '255.0.255.0', '255.255.0.1', '0.0.0.1'])('%s is no netmask', (mask) => {
    expect(prefixOfNetmask(ip(mask))).toBeUndefined();
  });
});

describe('sharePrefix', () => {
  it('never crosses families', () => {
    expect(sharePrefix(ip('0.0.0.0'), ip('::'), 0)).toBe(false);
    expect(longestPrefix(ip('0.0.0.0'))).toBe(32);
    expect(longestPrefix(ip('::'))).toBe(128);
  });

  it('agrees with ipaddr.js', () => {
    const four = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const pair = fc.oneof(fc.tuple(four, four, fc.nat(32)), fc.tuple(sixteen, sixteen, fc.nat(128)));
    fc.assert(
      fc.property(pair, fc.nat(16), ([a, b, prefix], same) => {
        // Random addresses hardly ever agree; make a common start.
        b.set(a.slice(0, Math.min(same, a.length)));
        const family = a.length === 4 ? 'inet' : 'inet6';
        const ours = sharePrefix({ family, bytes: a }, { family, bytes: b }, prefix);
        expect(ours).toBe(ipaddr.fromByteArray([...a]).match(ipaddr.fromByteArray([...b]), prefix));
      }),
    );
  });
});
