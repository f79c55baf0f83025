/** What stands in a banner of hosts.allow in the place of % and a letter. */
import { expect, test } from 'vitest';

import { expandBanner } from '../../../../src/access/mod.ts';
import type { HostName } from '../../../../src/model/mod.ts';

const names: Readonly<Record<string, HostName>> = {
  '192.0.2.1': { kind: 'known', name: 'cat.example.org' },
  '192.0.2.2': { kind: 'none' },
  '192.0.2.3': { kind: 'mismatch' },
  '192.0.2.4': { kind: 'failed' },
  '192.0.2.5': { kind: 'known', name: 'a$(id)\u00e9\n%a' },
  '192.0.2.80': { kind: 'none' },
};

function expanded(text: string, client = '192.0.2.1', local = '192.0.2.80') {
  return expandBanner(text, { daemon: 'in.catd', client, local, pid: 4711, nameOf: (address) => names[address] });
}

test('addresses, names, the daemon, its process, and percent signs', () => {
  expect(expanded('%a %c %h %n|%A %H %N|%d %s %p %u|100%% %')).toEqual({
    text: '192.0.2.1 192.0.2.1 192.0.2.1 cat.example.org|192.0.2.80 192.0.2.80 unknown|in.catd in.catd 4711 unknown|100% ',
  });
  expect(expanded('%s', '192.0.2.1', '192.0.2.1')).toEqual({ text: 'in.catd@cat.example.org' });
});

test('a client without a name, with one that leads elsewhere, and one whose name cannot be found', () => {
  const named = ['192.0.2.2', '192.0.2.3', '192.0.2.4'].map((client) => expanded('%n', client));
  expect(named).toEqual([{ text: 'unknown' }, { text: 'paranoid' }, { text: 'unknown' }]);
});

test('a name that is not known yet is asked for, where the text has it', () => {
  expect(expanded('%n', '192.0.2.9')).toEqual({ ask: '192.0.2.9' });
  expect(expanded('%N', '192.0.2.1', '192.0.2.9')).toEqual({ ask: '192.0.2.9' });
  expect(expanded('%a', '192.0.2.9')).toEqual({ text: '192.0.2.9' });
});

test("a stranger's name can neither begin a line nor stand for something else", () => {
  expect(expanded('%n', '192.0.2.5')).toEqual({ text: 'a__id___%a' });
});

test('lines end in CR LF', () => {
  expect(expanded('a\nb\r\n\nc')).toEqual({ text: 'a\r\nb\r\n\r\nc' });
});
