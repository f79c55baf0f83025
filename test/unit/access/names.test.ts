/** Host names and domains in only_from and no_access: what they match, what outweighs what, and when a name is needed. */
import { describe, expect, test } from 'vitest';

import { AccessList } from '../../../src/access/mod.ts';
import type { HostName, NamePattern, Network } from '../../../src/model/mod.ts';

const client = '192.0.2.1';

/** A word of a list: `192.0.2.0/24`, `host.example.org`, `.example.org`. */
function sort(words: string | undefined): { networks: Network[] | undefined; names: NamePattern[] } {
  const networks: Network[] = [];
  const names: NamePattern[] = [];
  for (const word of words?.split(' ').filter(Boolean) ?? []) {
    const [address = '', prefix] = word.split('/');
    if (prefix !== undefined) networks.push({ family: 'inet', address, prefix: Number(prefix), text: word });
    else if (word.startsWith('.')) names.push({ kind: 'domain', name: word.slice(1) });
    else names.push({ kind: 'host', name: word });
  }
  return { networks: words === undefined ? undefined : networks, names };
}

function judge(onlyFrom: string | undefined, noAccess: string, name: HostName | undefined): string {
  const only = sort(onlyFrom);
  const no = sort(noAccess);
  const lists = {
    onlyFrom: only.networks,
    noAccess: no.networks ?? [],
    names: { onlyFrom: only.names, noAccess: no.names },
  };
  return new AccessList(lists, false).judge(client, (address) => (address === client ? name : undefined));
}

const cat: HostName = { kind: 'known', name: 'cat.pets.example.org' };

describe('what a name matches', () => {
  const cases: readonly (readonly [pattern: string, matches: boolean])[] = [
    ['cat.pets.example.org', true],
    ['pets.example.org', false],
    ['.pets.example.org', true],
    ['.example.org', true],
    ['.org', true],
    ['.cat.pets.example.org', false],
    ['.ts.example.org', false],
    ['.example.com', false],
  ];
  test.each(cases)('%s: %s', (pattern, matches) => {
    expect(judge(pattern, '', cat)).toBe(matches ? 'allow' : 'deny');
    expect(judge(undefined, pattern, cat)).toBe(matches ? 'deny' : 'allow');
  });
});

describe('the more specific entry decides', () => {
  const cases: readonly (readonly [onlyFrom: string, noAccess: string, answer: 'allow' | 'deny', why: string])[] = [
    ['cat.pets.example.org', '.example.org', 'allow', 'a host above its domain'],
    ['.example.org', 'cat.pets.example.org', 'deny', 'a host above its domain'],
    ['.pets.example.org', '.example.org', 'allow', 'the longer domain'],
    ['.example.org', '.pets.example.org', 'deny', 'the longer domain'],
    ['.example.org', '.example.org', 'deny', 'a tie'],
    ['cat.pets.example.org', 'cat.pets.example.org', 'deny', 'a tie'],
    ['cat.pets.example.org', '192.0.2.1/32', 'deny', 'a host and an address tie'],
    ['192.0.2.1/32', 'cat.pets.example.org', 'deny', 'a host and an address tie'],
    ['cat.pets.example.org', '192.0.2.0/24', 'allow', 'a host above a block'],
    ['192.0.2.1/32', '.pets.example.org', 'allow', 'an address above a domain'],
    ['192.0.2.0/24', 'cat.pets.example.org', 'deny', 'a host above a block'],
    ['.pets.example.org', '192.0.2.1/32', 'deny', 'an address above a domain'],
    ['.pets.example.org', '192.0.0.0/16', 'deny', 'a domain and a block tie'],
    ['192.0.2.0/24', '.org', 'deny', 'a domain and a block tie'],
    ['192.0.2.0/24 .pets.example.org', '192.0.0.0/16', 'allow', 'one entry above all is enough'],
    ['192.0.2.0/24 .pets.example.org', '192.0.0.0/16 .org', 'deny', 'one entry must be above all'],
    ['192.0.2.0/24', '.example.com', 'allow', 'a name that does not match says nothing'],
  ];
  test.each(cases)('only_from = %s, no_access = %s: %s, %s', (onlyFrom, noAccess, answer) => {
    expect(judge(onlyFrom, noAccess, cat)).toBe(answer);
  });
});

describe('a client without a name', () => {
  test('is in no name of the lists when it has none', () => {
    expect(judge('.example.org', '', { kind: 'none' })).toBe('deny');
    expect(judge(undefined, '.example.org', { kind: 'none' })).toBe('allow');
    expect(judge('192.0.2.0/24', '.example.org', { kind: 'none' })).toBe('allow');
  });

  test.each(['mismatch', 'failed'] as const)('is refused when nobody knows: %s', (kind) => {
    expect(judge('.example.org', '', { kind })).toBe('deny');
    expect(judge(undefined, '.example.org', { kind })).toBe('deny');
    expect(judge('192.0.2.1/32', '.example.org', { kind })).toBe('deny');
    expect(judge('192.0.2.1/32 .example.org', '', { kind })).toBe('allow');
  });
});

test('a name is asked for only when it can change the answer', () => {
  expect(judge('.example.org', '', undefined)).toBe('ask');
  expect(judge(undefined, '.example.org', undefined)).toBe('ask');
  expect(judge('192.0.2.0/24', '.example.org', undefined)).toBe('ask');
  expect(judge('192.0.2.0/24 .example.org', '192.0.0.0/16', undefined)).toBe('allow');
  expect(judge('.example.org', '192.0.2.1/32', undefined)).toBe('deny');
  expect(judge('10.0.0.0/8', '.example.org', undefined)).toBe('deny');
});
