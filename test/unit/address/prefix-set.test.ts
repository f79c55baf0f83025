import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';

import { formatIp, type IpAddress, longestPrefix, PrefixSet, parseIp, sharePrefix } from '../../../src/address/mod.ts';

const block = (address: string, prefix: number) => ({
  family: address.includes(':') ? ('inet6' as const) : ('inet' as const),
  address,
  prefix,
});

function longest(set: PrefixSet, text: string): number | undefined {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`${text} is no address`);
  return set.longestMatch(ip);
}

test('the longest block that holds the address answers', () => {
  const set = new PrefixSet([block('10.0.0.0', 8), block('10.1.0.0', 16), block('10.1.2.3', 32), block('::', 0)]);
  expect(longest(set, '10.1.2.3')).toBe(32);
  expect(longest(set, '10.1.2.4')).toBe(16);
  expect(longest(set, '10.9.0.0')).toBe(8);
  expect(longest(set, '11.0.0.0')).toBeUndefined();
  expect(longest(set, '2001:db8::1')).toBe(0);
});

test('families never mix', () => {
  const set = new PrefixSet([block('0.0.0.0', 0)]);
  expect(longest(set, '::')).toBeUndefined();
});

test('an address that is none is a mistake of the caller', () => {
  expect(() => new PrefixSet([block('10.0.0', 8)])).toThrow(RangeError);
});

test('it agrees with a linear search by another library', () => {
  const v4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(3), fc.nat(255)).map((bytes) => bytes.join('.'));
  const blocks = fc.array(fc.tuple(v4, fc.integer({ min: 0, max: 32 })), { maxLength: 30 });
  fc.assert(
    fc.property(blocks, v4, (rules, client) => {
      const set = new PrefixSet(rules.map(([address, prefix]) => block(address, prefix)));
      const matching = rules
        .filter(([address, prefix]) => ipaddr.IPv4.parse(client).match(ipaddr.IPv4.parse(address), prefix))
        .map(([, prefix]) => prefix);
      expect(longest(set, client)).toBe(matching.length === 0 ? undefined : Math.max(...matching));
    }),
  );
});

test('finds what looking at every block finds', () => {
  const byte = fc.constantFrom(0, 1, 127, 128, 255);
  const ip = fc.oneof(
    fc.tuple(byte, byte, byte, byte).map((bytes): IpAddress => ({ family: 'inet', bytes: Uint8Array.from(bytes) })),
    fc
      .array(byte, { minLength: 16, maxLength: 16 })
      .map((bytes): IpAddress => ({ family: 'inet6', bytes: Uint8Array.from(bytes) })),
  );
  const anyBlock = fc
    .tuple(ip, fc.nat(128))
    .map(([address, prefix]) => ({ address, prefix: prefix % (longestPrefix(address) + 1) }));
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 40 }), ip, (blocks, client) => {
      const set = new PrefixSet(
        blocks.map(({ address, prefix }) => ({ family: address.family, address: formatIp(address), prefix })),
      );
      const held = blocks.filter(({ address, prefix }) => sharePrefix(address, client, prefix));
      const longest = held.length === 0 ? undefined : Math.max(...held.map(({ prefix }) => prefix));
      expect(set.longestMatch(client)).toBe(longest);
    }),
    { numRuns: 1000 },
  );
});
