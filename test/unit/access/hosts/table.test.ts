/** hosts_access(5): which rule decides, for which daemon, by what the client is. */
import { describe, expect, test } from 'vitest';

import { decide, known, refuses, tableOf } from './decide.ts';

const here = '192.0.2.1';

describe('the two files', () => {
  test('whom neither mentions is let in', () => {
    expect(decide({}, {}).verdict).toBe('allow');
    expect(decide({ allow: 'dog: ALL\n', deny: 'dog: ALL\n' }, {}).verdict).toBe('allow');
  });

  test('hosts.allow comes first', () => {
    expect(decide({ allow: 'cat: 192.0.2.1\n', deny: 'ALL: ALL\n' }, {}).verdict).toBe('allow');
    expect(decide({ allow: 'cat: 192.0.2.2\n', deny: 'ALL: ALL\n' }, {}).verdict).toBe('deny');
  });

  test('the first rule that matches decides, whatever follows', () => {
    const allow = 'cat: 192.0.2.1: deny\ncat: ALL: allow\n';
    expect(decide({ allow }, {}).verdict).toBe('deny');
    expect(decide({ allow, deny: 'ALL: ALL\n' }, { address: '192.0.2.2' }).verdict).toBe('allow');
    expect(decide({ deny: 'cat: 192.0.2.1: allow\ncat: ALL\n' }, {}).verdict).toBe('allow');
  });

  test('banners of the rule that decides are told, and neighbours with others are not taken together', () => {
    const allow = 'cat: 192.0.2.1: banners /a\ncat: 192.0.2.2: banners = /b: allow\ncat: 192.0.2.3\n';
    const banners = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => decide({ allow }, { address }));
    expect(banners).toMatchObject([{ banners: '/a' }, { banners: '/b' }, { banners: undefined }]);
  });

  test('severity of the rule that decides is told', () => {
    expect(decide({ deny: 'cat: ALL: severity mail.err\n' }, {})).toMatchObject({ verdict: 'deny', severity: 'err' });
  });
});

describe('daemons', () => {
  const daemons: readonly (readonly [list: string, daemon: string, meant: boolean])[] = [
    ['cat', 'cat', true],
    ['CAT', 'cat', true],
    ['dog, cat', 'cat', true],
    ['dog cat', 'cat', true],
    ['dog', 'cat', false],
    ['ALL', 'cat', true],
    ['KNOWN', 'cat', true],
    ['ALL EXCEPT cat', 'cat', false],
    ['ALL EXCEPT dog', 'cat', true],
    ['ALL EXCEPT cat EXCEPT cat', 'cat', true],
    ['in.*', 'in.ftpd', true],
    ['in.', 'in.ftpd', true],
    ['.ftpd', 'in.ftpd', true],
    ['in.?tpd', 'in.ftpd', true],
    ['in.*', 'cat', false],
  ];
  test.each(daemons)('%s means %s: %s', (list, daemon, meant) => {
    expect(decide({ deny: `${list}: ALL\n` }, { daemon }).verdict).toBe(meant ? 'deny' : 'allow');
  });

  test('daemon@host goes by the address that the client came to', () => {
    const deny = 'cat@192.0.2.80: ALL\n';
    expect(decide({ deny }, {}).verdict).toBe('deny');
    expect(decide({ deny }, { local: '192.0.2.81' }).verdict).toBe('allow');
    expect(decide({ deny: 'ALL@ALL: ALL\n' }, {}).verdict).toBe('deny');
    expect(decide({ deny: 'ALL EXCEPT cat@192.0.2.80: ALL\n' }, {}).verdict).toBe('allow');
    expect(decide({ deny: 'ALL EXCEPT cat@192.0.2.80: ALL\n' }, { local: '192.0.2.81' }).verdict).toBe('deny');
  });

  test('daemon@name asks for the name of that address', () => {
    const deny = 'cat@www.example.org: ALL\n';
    expect(decide({ deny }, {})).toEqual({ verdict: 'ask', address: '192.0.2.80' });
    expect(decide({ deny }, { names: { '192.0.2.80': known('www.example.org') } }).verdict).toBe('deny');
  });

  test('an address that is not known, as with a datagram, is refused where a rule goes by it', () => {
    expect(decide({ allow: 'cat@192.0.2.80: ALL\n' }, { local: undefined }).verdict).toBe('deny');
    expect(decide({ allow: 'cat@ALL: ALL\n' }, { local: undefined }).verdict).toBe('allow');
  });
});

describe('addresses', () => {
  const addresses: readonly (readonly [pattern: string, address: string, meant: boolean])[] = [
    ['ALL', here, true],
    ['192.0.2.1', here, true],
    ['192.0.2.10', here, false],
    ['192.0.2.', here, true],
    ['192.', here, true],
    ['192.0.', '192.1.0.1', false],
    ['192.0.2.0/24', here, true],
    ['192.0.2.0/255.255.255.0', here, true],
    ['192.0.2.1/24', '192.0.2.200', true],
    ['192.0.2.1/255.255.255.255', here, true],
    ['192.0.2.0/31', '192.0.2.2', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['[2001:db8::1]', '2001:db8::1', true],
    ['[2001:db8::]/32', '2001:db8:ffff::1', true],
    ['[2001:db8::]/32', here, false],
    ['[::ffff:192.0.2.1]', here, true],
    ['[fe80::]/10', 'fe80::1%eth0', true],
    ['192.0.2.*', here, true],
    ['192.?.2.1', here, true],
    ['192.0.3.*', here, false],
    ['10.0.0.1, 192.0.2.1', here, true],
    ['192.0.2.0/24 EXCEPT 192.0.2.1', here, false],
    ['192.0.2.0/24 EXCEPT 192.0.2.2', here, true],
    ['ALL EXCEPT 192.0.2. EXCEPT 192.0.2.1', here, true],
    ['ALL EXCEPT 192.0.2. EXCEPT 192.0.2.1', '192.0.2.2', false],
    ['ALL EXCEPT 192.0.2. EXCEPT 192.0.2.1', '192.0.3.2', true],
    ['ALL@192.0.2.1', here, true],
  ];
  test.each(addresses)('%s means %s: %s', (pattern, address, meant) => {
    expect(refuses(pattern, { address })).toBe(meant);
  });

  test('rules in a row are one set, and stay apart where they say different things', () => {
    const lines = Array.from({ length: 300 }, (_, index) => `cat: 10.0.${index % 256}.${index >> 8}\n`);
    const table = tableOf({ deny: `${lines.join('')}cat: 10.0.9.9: allow\ncat: 10.0.9.\n` });
    const verdict = (client: string): string =>
      table.decide({ daemon: 'cat', client, local: undefined, nameOf: () => undefined }).verdict;
    expect(verdict('10.0.43.1')).toBe('deny');
    expect(verdict('10.0.44.1')).toBe('allow');
    expect(verdict('10.0.9.9')).toBe('allow');
    expect(verdict('10.0.9.8')).toBe('deny');
  });
});

describe('names', () => {
  const names: readonly (readonly [pattern: string, name: string, meant: boolean])[] = [
    ['cat.example.org', 'cat.example.org', true],
    ['CAT.Example.ORG', 'cat.example.org', true],
    ['cat.example.org', 'a.cat.example.org', false],
    ['.example.org', 'cat.example.org', true],
    ['.example.org', 'example.org', false],
    ['.example.org', 'badexample.org', false],
    ['cat.', 'cat.example.org', true],
    ['*.example.org', 'cat.example.org', true],
    ['c?t.*', 'cat.example.org', true],
    ['*.example.com', 'cat.example.org', false],
    ['LOCAL', 'cat', true],
    ['LOCAL', 'cat.example.org', false],
    ['KNOWN', 'cat.example.org', true],
    ['UNKNOWN', 'cat.example.org', false],
    ['PARANOID', 'cat.example.org', false],
    ['ALL EXCEPT .example.org', 'cat.example.org', false],
  ];
  test.each(names)('%s means %s: %s', (pattern, name, meant) => {
    expect(refuses(pattern, {})).toBe('ask');
    expect(refuses(pattern, { names: { [here]: known(name) } })).toBe(meant);
  });

  test('an address without a name, and one whose name leads elsewhere', () => {
    const nameless = { names: { [here]: { kind: 'none' } } } as const;
    const liar = { names: { [here]: { kind: 'mismatch' } } } as const;
    const rows = ['KNOWN', 'UNKNOWN', 'PARANOID', 'LOCAL', '.example.org'].map((pattern) => [
      pattern,
      refuses(pattern, nameless),
      refuses(pattern, liar),
    ]);
    expect(rows).toEqual([
      ['KNOWN', false, false],
      ['UNKNOWN', true, false],
      ['PARANOID', false, true],
      ['LOCAL', false, false],
      ['.example.org', false, false],
    ]);
  });

  test('a digit pattern does not match a host that somebody has named like an address', () => {
    expect(refuses('10.1.*', { names: { [here]: known('10.1.example.org') } })).toBe(false);
    expect(refuses('10.1.', { names: { [here]: known('10.1.example.org') } })).toBe(false);
  });

  test('a name is not asked for when an address in the same rule or before it decides', () => {
    expect(refuses('.example.org 192.0.2.1', {})).toBe(true);
    expect(decide({ allow: 'cat: 192.0.2.1\n', deny: 'cat: .example.org\n' }, {}).verdict).toBe('allow');
    expect(decide({ deny: 'dog: .example.org\n' }, {}).verdict).toBe('allow');
  });

  test('a rule that needs a name before another one that does not is not passed over', () => {
    const files = { allow: 'cat: .example.org\n', deny: 'ALL: ALL\n' };
    expect(decide(files, {})).toEqual({ verdict: 'ask', address: here });
  });

  test('a name that could not be found out refuses, in either file', () => {
    const names = { [here]: { kind: 'failed' } } as const;
    expect(decide({ allow: 'cat: .example.org\n' }, { names }).verdict).toBe('deny');
    expect(decide({ deny: 'cat: .example.org\n' }, { names }).verdict).toBe('deny');
    expect(decide({ deny: 'cat: ALL EXCEPT .example.org\n' }, { names }).verdict).toBe('deny');
  });
});

describe('a client that the daemon cannot know', () => {
  const client = { address: undefined } as const;
  test('matches ALL and UNKNOWN, not KNOWN', () => {
    expect([refuses('ALL', client), refuses('UNKNOWN', client), refuses('KNOWN', client)]).toEqual([true, true, false]);
  });

  test('is refused where a rule goes by addresses or names', () => {
    expect(decide({ allow: 'cat: 10.0.0.1\n' }, client).verdict).toBe('deny');
    expect(decide({ allow: 'cat: .example.org\n' }, client).verdict).toBe('deny');
    expect(decide({ allow: 'cat: 10.*\n' }, client).verdict).toBe('deny');
  });
});
