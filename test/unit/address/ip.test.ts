/** Addresses are read and written as the C library and RFC 5952 do it; ipaddr.js is the oracle. */
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';

import {
  formatIp,
  isMapped,
  parseIp,
  parseIpv4,
  parseIpv4Loosely,
  parseIpv6,
  unmapIp,
} from '../../../src/address/mod.ts';

function show(ip: ReturnType<typeof parseIp>): string | undefined {
  return ip === undefined ? undefined : formatIp(ip);
}

describe('parseIpv4', () => {
  it.each(['0.0.0.0', '127.0.0.1', '255.255.255.255', '10.20.30.40'])('takes %s', (text) => {
    expect(show(parseIpv4(text))).toBe(text);
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '0x1.2.3.4',
    '1.2.3.4 ',
    '-1.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });
});

describe('parseIpv4Loosely', () => {
  it.each([
    ['127.1', '127.0.0.1'],
    ['127', '0.0.0.127'],
    ['0', '0.0.0.0'],
    ['127.0', '127.0.0.0'],
    ['10.1.2', '10.1.0.2'],
    ['10.1.256', '10.1.1.0'],
    ['0x7f000001', '127.0.0.1'],
    ['0x7F.1', '127.0.0.1'],
    ['010.1.1.1', '8.1.1.1'],
    ['4294967295', '255.255.255.255'],
  ])('reads %s as %s', (text, address) => {
    expect(show(parseIpv4Loosely(text))).toBe(address);
  });

  it.each(['', '.', '1.', '1.2.3.', '09', '0x', '4294967296', '1.2.3.256', '1.2.65536', 'a.b.c.d', '1.2.3.4.5', '1e3'])(
    'refuses %j',
    (text) => {
      expect(parseIpv4Loosely(text)).toBeUndefined();
    },
  );
});

describe('parseIpv6', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['0:0:1::', '0:0:1::'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
    ['::ffff:7f00:1', '::ffff:127.0.0.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('reads %s as %s', (text, canonical) => {
    expect(show(parseIpv6(text))).toBe(canonical);
  });

  it.each([
    '',
    ':',
    ':::',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::12345',
    '1.2.3.4',
    '::1.2.3',
    '1.2.3.4::',
    '::1%lo',
    '[::1]',
    'fe80::1/64',
    ':1::',
    '::1:',
  ])('refuses %j', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });
});

it('takes an IPv4 address out of its IPv6 clothes', () => {
  const mapped = parseIp('::ffff:192.0.2.7');
  const other = parseIp('::1');
  if (mapped === undefined || other === undefined) throw new Error('both are addresses');
  expect([isMapped(mapped), isMapped(other)]).toEqual([true, false]);
  expect(formatIp(unmapIp(mapped))).toBe('192.0.2.7');
  expect(unmapIp(other)).toBe(other);
});

describe('against ipaddr.js', () => {
  it('writes every IPv6 address as RFC 5952 does, and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 0, max: 16 }), (bytes, zeros) => {
        bytes.fill(0, 16 - zeros);
        const text = formatIp({ family: 'inet6', bytes });
        const mapped = isMapped({ family: 'inet6', bytes });
        const theirs = new ipaddr.IPv6([...bytes]);
        if (!mapped) expect(text).toBe(theirs.toRFC5952String());
        expect(parseIp(text)?.bytes).toEqual(bytes);
      }),
    );
  });

  it('agrees on which texts are IPv6 addresses', () => {
    const group = fc.stringMatching(/^[0-9a-f]{0,5}$/);
    const text = fc.array(group, { minLength: 1, maxLength: 10 }).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(text, (candidate) => {
        const theirs = candidate.includes(':') && ipaddr.IPv6.isValid(candidate);
        const ours = parseIpv6(candidate);
        expect(ours !== undefined).toBe(theirs);
        if (ours !== undefined) expect([...ours.bytes]).toEqual(ipaddr.IPv6.parse(candidate).toByteArray());
      }),
    );
  });

  it('agrees on the loose IPv4 forms', () => {
    const part = fc.oneof(
      fc.nat(300).map(String),
      fc.nat(300).map((n) => `0x${n.toString(16)}`),
      fc.nat(300).map((n) => `0${n.toString(8)}`),
      fc.nat(0xffffffff).map(String),
    );
    const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(text, (candidate) => {
        const theirs = ipaddr.IPv4.isValid(candidate) ? ipaddr.IPv4.parse(candidate).toString() : undefined;
        expect(show(parseIpv4Loosely(candidate))).toBe(theirs);
      }),
    );
  });
});
