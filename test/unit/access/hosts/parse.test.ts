/** The grammar of hosts.allow and hosts.deny, and what becomes of lines that cannot be understood. */
import { describe, expect, test } from 'vitest';

import { parseHostsFile } from '../../../../src/access/mod.ts';
import { decide } from './decide.ts';

function findingsOf(text: string): string[] {
  return parseHostsFile(text).findings.map(({ line, severity, message }) => `${line}: ${severity}: ${message}`);
}

describe('lines', () => {
  test('blank lines and comments say nothing', () => {
    expect(parseHostsFile('\n   \n# cat: ALL\n\t\n')).toEqual({ rules: [], findings: [] });
  });

  test('a backslash joins lines, and a finding names the first', () => {
    const text = '# two \\\nlines of comment: ALL\ncat: \\\n 192.0.2.1 \\\n 192.0.2.2\ncat: \\\n 300.1.1.1\n';
    expect(parseHostsFile(text).rules.map(({ line }) => line)).toEqual([3, 6]);
    expect(findingsOf(text)).toEqual(["6: error: '300.1.1.1' is not an address"]);
    expect(decide({ deny: text }, { address: '192.0.2.2' }).verdict).toBe('deny');
  });

  test('the last line needs no end, and lines may end in CRLF', () => {
    expect(decide({ deny: 'cat: ALL' }, {}).verdict).toBe('deny');
    expect(decide({ deny: 'cat: \\\r\n ALL\r\ndog: ALL\r\n' }, {}).verdict).toBe('deny');
    expect(findingsOf('cat: ALL\r\n')).toEqual([]);
  });

  test('a # after blanks begins a comment, and a note says that libwrap reads on', () => {
    const text = '  # cat: ALL\ncat: 192.0.2.2 # not 192.0.2.1\n';
    expect(decide({ deny: text }, {}).verdict).toBe('allow');
    expect(findingsOf(text)).toEqual([
      '1: note: the words after the # are a comment here',
      '2: note: the words after the # are a comment here',
    ]);
  });

  test('colons of IPv6 addresses do not end a field', () => {
    expect(findingsOf('cat@[::1]: [::1] [2001:db8::]/32 : deny\n')).toEqual([]);
    expect(findingsOf('cat: ::1\n')).not.toEqual([]);
  });
});

describe('what cannot be understood refuses whom it might be about', () => {
  const broken: readonly (readonly [line: string, message: RegExp, refused: 'everyone' | 'of cat' | 'the client'])[] = [
    ['cat ALL', /the line has no colon/, 'everyone'],
    ['cat@300.1.1.1: 192.0.2.9', /not an address/, 'everyone'],
    ['@staff: 192.0.2.9', /netgroup/, 'everyone'],
    [': ALL', /daemon list is empty/, 'everyone'],
    ['cat EXCEPT : 192.0.2.9', /missing before or after EXCEPT/, 'everyone'],
    ['cat:', /client list is empty/, 'of cat'],
    ['cat: EXCEPT ALL', /missing before or after EXCEPT/, 'of cat'],
    ['cat: 10.1', /not an address/, 'of cat'],
    ['cat: 10.0.0.0/33', /length of a prefix/, 'of cat'],
    ['cat: 10.0.0/8', /not a block/, 'of cat'],
    ['cat: 10.0.0.0/255.0.255.0', /not a netmask/, 'of cat'],
    ['cat: [10.0.0.1]', /not an IPv6 address/, 'of cat'],
    ['cat: [::1', /not an IPv6 address/, 'of cat'],
    ['cat: [::1]/129', /length of a prefix/, 'of cat'],
    ['cat: ::1', /client list is empty/, 'of cat'],
    ['cat: @staff', /netgroup/, 'of cat'],
    ['cat: /etc/hosts.bad', /file with patterns/, 'of cat'],
    ['cat: joe@192.0.2.9', /goes by the client's user/, 'of cat'],
    ['cat: 192.0.2.9!', /neither an address nor a name/, 'of cat'],
    [`cat: ALL ${'EXCEPT ALL '.repeat(17)}`, /too many EXCEPT/, 'of cat'],
    ['cat: 192.0.2.1: spawn (/bin/true) &', /option spawn is not supported/, 'the client'],
    ['cat: 192.0.2.1: twist /bin/echo no', /option twist is not supported/, 'the client'],
    ['cat: 192.0.2.1: setenv A=B', /option setenv is not supported/, 'the client'],
    ['cat: 192.0.2.1: frob', /not an option/, 'the client'],
    ['cat: 192.0.2.1: (/usr/bin/finger @%h) &', /not an option/, 'the client'],
    ['cat: 192.0.2.1: allow: severity info', /not the last option/, 'the client'],
    ['cat: 192.0.2.1: allow 5', /has no value/, 'the client'],
    ['cat: 192.0.2.1: severity loud: allow', /not a level/, 'the client'],
    ['cat: 192.0.2.1: banners', /banners names no folder/, 'the client'],
    ['cat: 192.0.2.1:', /an option is empty/, 'the client'],
  ];
  test.each(broken)('%s', (line, message, refused) => {
    const allow = `${line}\nALL: ALL\n`;
    expect(findingsOf(allow)[0]).toMatch(message);
    expect(decide({ allow }, {}).verdict).toBe('deny');
    expect(decide({ allow }, { address: '192.0.2.7' }).verdict).toBe(refused === 'the client' ? 'allow' : 'deny');
    expect(decide({ allow }, { daemon: 'dog' }).verdict).toBe(refused === 'everyone' ? 'deny' : 'allow');
  });

  test('whom a line above has let in is served', () => {
    expect(decide({ allow: 'cat: 192.0.2.1\ncat nonsense\n' }, {}).verdict).toBe('allow');
  });
});

describe('options', () => {
  test('words in any case, with an equals sign or without', () => {
    expect(findingsOf('cat: ALL: Severity = Warn : DENY\ncat: ALL: severity=err\n')).toEqual([]);
    expect(decide({ deny: 'cat: ALL: severity=WARN\n' }, {})).toMatchObject({ verdict: 'deny', severity: 'warning' });
  });

  test('the facility of severity is passed over with a warning', () => {
    expect(findingsOf('cat: ALL: severity mail.info\n')).toEqual([
      "1: warning: the facility of severity 'mail.info' is passed over",
    ]);
  });
});
