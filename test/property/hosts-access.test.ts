/** hosts.allow and hosts.deny: no text makes the reader throw or hang, and none lets in whom a rule before it refuses. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { HostsTable, parseHostsFile } from '../../src/access/mod.ts';
import type { HostName } from '../../src/model/mod.ts';

const words = [
  'ALL',
  'EXCEPT',
  'KNOWN',
  'UNKNOWN',
  'LOCAL',
  'PARANOID',
  'cat',
  'cat@10.0.0.1',
  '10.0.0.1',
  '10.',
  '.org',
];
const more = [
  '10.0.0.0/8',
  '10.0.0.0/255.0.0.0',
  '[::1]',
  '[::]/0',
  '@x',
  '/x',
  'a*b?c',
  '#',
  '\\',
  '\\:',
  ':',
  ',',
  '\n',
];
const options = ['allow', 'deny', 'severity', 'mail.info', 'banners', '/x', 'spawn', 'twist', '=', '%h', '(', ')', '&'];
const piece = fc.oneof(fc.constantFrom(...words, ...more, ...options), fc.string({ maxLength: 8 }));
const text = fc
  .array(fc.tuple(piece, fc.constantFrom('', ' ', ':', '\n', ' : ')))
  .map((pairs) => pairs.flat().join(''));

const names: readonly (HostName | undefined)[] = [
  undefined,
  { kind: 'none' },
  { kind: 'mismatch' },
  { kind: 'failed' },
  { kind: 'known', name: 'cat.example.org' },
];
const client = fc.record({
  daemon: fc.constantFrom('cat', 'dog', '', '../x'),
  client: fc.constantFrom('10.0.0.1', '::1', 'fe80::1%eth0', undefined),
  local: fc.constantFrom('10.0.0.1', undefined),
  name: fc.constantFrom(...names),
});

test('any text is read and any client is judged', () => {
  fc.assert(
    fc.property(text, text, client, (allow, deny, { name, ...request }) => {
      const table = new HostsTable(parseHostsFile(allow).rules, parseHostsFile(deny).rules);
      const verdict = table.decide({ ...request, nameOf: () => name });
      expect(['allow', 'deny', ...(name === undefined ? ['ask'] : [])]).toContain(verdict.verdict);
    }),
    { numRuns: 2000 },
  );
});

test('a first rule that refuses everyone does, whatever stands below it', () => {
  fc.assert(
    fc.property(text, text, client, (allow, deny, { name, ...request }) => {
      const table = new HostsTable(parseHostsFile(`ALL: ALL: deny\n${allow}`).rules, parseHostsFile(deny).rules);
      expect(table.decide({ ...request, nameOf: () => name }).verdict).toBe('deny');
    }),
  );
});

test('long texts of one character are read in the time that their length takes', () => {
  for (const character of [
    '[',
    ']',
    ':',
    '\\',
    '#',
    ' ',
    ',',
    '.',
    '*',
    '@',
    '/',
    'a',
    '(',
    '\\\n',
    'EXCEPT ',
    'a:b\n',
  ]) {
    const { rules } = parseHostsFile(`cat: ${character.repeat(200_000)}`);
    new HostsTable(rules, []).decide({ daemon: 'cat', client: '10.0.0.1', local: undefined, nameOf: () => undefined });
  }
});
