/** NetBSD's `.include`: which files it means, and what they start with. */
import { expect, test } from 'vitest';

import { matchingPaths } from '../../../src/config/inetd/include.ts';
import { type InetdReading, readInetd } from '../../../src/config/inetd/mod.ts';
import { load } from '../../../src/config/mod.ts';
import { sourceFile } from '../../../src/config/source/mod.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

const line = (service: string): string => `${service} stream tcp nowait root /bin/cat cat\n`;

function read(texts: Readonly<Record<string, string>>, first = '/etc/inetd.conf'): InetdReading {
  return readInetd(sourceFile(first, texts[first] ?? ''), { dialect: 'netbsd', access: memoryFiles(texts) });
}

const names = ({ definitions }: InetdReading): string[] => definitions.map(({ name }) => name);
const codes = ({ diagnostics }: InetdReading): string[] => diagnostics.map(({ code }) => code);

test('files stand at the place of the directive, relative to the folder of the file that names them', () => {
  const reading = read({
    '/etc/inetd.conf': `${line('a')}.include inetd.d/*\n${line('d')}`,
    '/etc/inetd.d/2': line('c'),
    '/etc/inetd.d/1': `${line('b')}.include more/x.conf\n`,
    '/etc/inetd.d/more/x.conf': line('x'),
    '/etc/inetd.d/.hidden': line('h'),
  });
  expect(names(reading)).toEqual(['a', 'b', 'x', 'c', 'd']);
  expect(reading.files).toEqual(['/etc/inetd.d/1', '/etc/inetd.d/more/x.conf', '/etc/inetd.d/2']);
  // The folder that the pattern matches too cannot be read as a file.
  expect(codes(reading)).toEqual(['file-is-directory']);
});

test('the default address and the IPsec policy go into the file and do not come out of it', () => {
  const reading = read({
    '/etc/inetd.conf': `127.0.0.1:\n.include one\n${line('after')}#@ in ipsec ah/require\n.include two\n`,
    '/etc/one': `${line('a')}10.0.0.1:\n${line('b')}`,
    '/etc/two': `${line('c')}#@\n${line('d')}`,
  });
  expect(reading.definitions.map(({ name, inetd, errors }) => [name, inetd?.addresses, errors.length])).toEqual([
    ['a', ['127.0.0.1'], 0],
    ['b', ['10.0.0.1'], 0],
    ['after', ['127.0.0.1'], 0],
    ['c', ['127.0.0.1'], 1],
    ['d', ['127.0.0.1'], 0],
  ]);
});

test('a circle is an error, and a file counts once', () => {
  const circle = read({ '/etc/inetd.conf': `.include a\n${line('x')}`, '/etc/a': `.include inetd.conf\n.include a\n` });
  expect([names(circle), codes(circle)]).toEqual([['x'], ['include-loop', 'include-loop']]);
  const twice = read({ '/etc/inetd.conf': '.include a\n.include [ab]\n', '/etc/a': line('x') });
  expect([names(twice), codes(twice)]).toEqual([['x'], ['include-repeated']]);
});

test('files that include files go down to a depth', () => {
  const texts = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`/etc/f${index}`, `.include f${index + 1}\n${line(`s${index}`)}`]),
  );
  const reading = read(texts, '/etc/f0');
  expect([names(reading).length, codes(reading), reading.unread]).toEqual([32, ['include-too-deep'], ['/etc/f32']]);
});

test('a file that is not there, a pattern without a match and a directive without a name are told', () => {
  const reading = read({ '/etc/inetd.conf': '.include absent\n.include *.none\n.include\n.include a b\n.other x\n' });
  expect(codes(reading)).toEqual(['file-missing', 'include-nothing', 'missing-name', 'missing-name', 'bad-word']);
  expect(reading.unread).toEqual(['/etc/absent']);
});

test('a service of an included file is found by load, and the file is among those read', async () => {
  const files = memoryFiles({ '/etc/inetd.conf': '.include d/*.conf\n', '/etc/d/a.conf': line('7') });
  const table = await load({ paths: ['/etc/inetd.conf'] }, fakeSystem(), files);
  expect(table.entries).toMatchObject([{ id: '7', state: 'ready', origin: { file: '/etc/d/a.conf', line: 1 } }]);
  expect(table.files).toEqual(['/etc/inetd.conf', '/etc/d/a.conf']);
});

test.each([
  ['*', ['ab', 'abc', 'b.conf']],
  ['?b', ['ab']],
  ['a*', ['ab', 'abc']],
  ['*c', ['abc']],
  ['*.conf', ['b.conf']],
  ['[ab]b', ['ab']],
  ['[!a]*', ['b.conf']],
  ['[a-c]b*', ['ab', 'abc']],
  ['.*', ['.dot']],
  ['a[', ['a[']],
  ['x', ['x']],
])('the pattern %s', (pattern, expected) => {
  const texts = Object.fromEntries(['ab', 'abc', 'b.conf', '.dot', 'a['].map((name) => [`/d/${name}`, '']));
  const found = matchingPaths(pattern, '/d/main', memoryFiles(texts));
  // A pattern that has none of the signs names a file, whether or not it is there.
  expect(found.map((path) => path.slice('/d/'.length)).filter((name) => name !== 'a[' || pattern === 'a[')).toEqual(
    expected,
  );
});

test('a pattern with many stars takes no time', () => {
  const texts = { [`/d/${'a'.repeat(250)}`]: '' };
  expect(matchingPaths(`${'*a'.repeat(60)}b`, '/d/x', memoryFiles(texts))).toEqual([]);
});
