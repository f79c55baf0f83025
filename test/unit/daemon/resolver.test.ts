/** What a name server says is text of a stranger: only a host name is one. */
import { expect, test } from 'vitest';

import { hostName, systemResolver } from '../../../src/daemon/resolver.ts';

test('host names, in lower case and without the dot at the end', () => {
  expect(hostName('Cat.Example.ORG.')).toBe('cat.example.org');
  expect(hostName('localhost')).toBe('localhost');
  expect(hostName('_srv.my_host-1.example')).toBe('_srv.my_host-1.example');
});

test.each([
  '',
  '.',
  'a..b',
  'a b',
  'a\nSTART: telnet pid=1',
  'a\0b',
  'ü.example',
  'a.example;rm',
  '10.0.0.1',
  'host.1',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(130)}org`,
])('%j is none', (text) => {
  expect(hostName(text)).toBeUndefined();
});

test('what is no address has failed', async () => {
  expect(await systemResolver.nameOf('not an address')).toEqual({ kind: 'failed' });
});
