/** command: a program and its arguments with quoting, in the place of server and server_args. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { sourceFile } from '../../../src/config/source/mod.ts';
import {
  parseXinetd,
  printTree,
  quoted,
  readXinetd,
  takesList,
  type XinetdReading,
} from '../../../src/config/xinetd/mod.ts';
import { codesOf, definition, onlyLaunch, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

function entry(value: string): string {
  return `service s\n{\n\tcommand = ${value}\n}\n`;
}

function read(value: string): XinetdReading {
  return readXinetd([sourceFile('/x', entry(value))], memoryFiles({}));
}

function words(value: string): readonly string[] | undefined {
  const { definitions, diagnostics } = read(value);
  expect(diagnostics).toEqual([]);
  return definitions[0]?.settings.command;
}

test.each([
  ['/bin/cat', ['/bin/cat']],
  ['/bin/cat  -u\t-v', ['/bin/cat', '-u', '-v']],
  ["/bin/echo 'one  two' three", ['/bin/echo', 'one  two', 'three']],
  ['/bin/echo "one  two"', ['/bin/echo', 'one  two']],
  ['/bin/echo \'"$HOME\\n\' "it\'s"', ['/bin/echo', '"$HOME\\n', "it's"]],
  ['/bin/echo a\\ b \\"c\\\' "\\"\\\\" d\\\\e', ['/bin/echo', 'a b', '"c\'', '"\\', 'd\\e']],
  ['/bin/printf "a\\tb\\n" c\\nd', ['/bin/printf', 'a\tb\n', 'c\nd']],
  ["/bin/echo '' \"\" a''b'c'\"d\"", ['/bin/echo', '', '', 'abcd']],
  ['/bin/echo # $(id) * | > &', ['/bin/echo', '#', '$(id)', '*', '|', '>', '&']],
  ["'/opt/two words/run' x", ['/opt/two words/run', 'x']],
])('command = %s', (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test.each([
  ["/bin/echo 'one two", "'one"],
  ['/bin/echo a "one\\" two', '"one\\"'],
  ['/bin/echo \\d', '\\d'],
  ['/bin/echo end\\', 'end\\'],
  ["'' x", "''"],
])('command = %s is an error, and its place is shown', (text, place) => {
  const { diagnostics } = read(text);
  expect(diagnostics).toMatchObject([{ code: 'bad-quoting', severity: 'error' }]);
  const { start = 0, end = 0 } = diagnostics[0]?.span ?? {};
  expect(entry(text).slice(start, end)).toBe(place);
});

const argument = fc
  .string({ unit: fc.constantFrom(...'ab \'"\\\n\t#{}=$é\u0001'.split('')), maxLength: 8 })
  .map((text) => Buffer.from(text).toString('latin1'));

test('what is quoted is read as it was, also after it has been printed', () => {
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      const expected = ['/bin/echo', ...args];
      const text = expected.map(quoted).join(' ');
      expect(words(text)).toEqual(expected);
      const printed = printTree(parseXinetd(sourceFile('/x', entry(text)), takesList));
      const again = readXinetd([sourceFile('/x', printed)], memoryFiles({}));
      expect(again.definitions[0]?.settings.command).toEqual(expected);
    }),
  );
});

test('the program and what it is called', async () => {
  const text = definition('x', { server: undefined, command: ['/bin/cat', '-u', 'a b'] });
  const { program, argv } = await onlyLaunch([text], fakeSystem());
  expect([program, argv]).toEqual(['/bin/cat', ['cat', '-u', 'a b']]);
});

test('a program that is not there is shown in command', async () => {
  const { diagnostics } = await resolved(
    [definition('x', { server: undefined, command: ['/bin/nothing'] })],
    fakeSystem(),
  );
  expect(diagnostics).toMatchObject([{ code: 'server-missing', span: { file: { text: 'command = …' } } }]);
});

test.each([
  ['server', { server: '/bin/cat' }],
  ['server_args', { server: undefined, server_args: ['x'] }],
  ['NAMEINARGS', { server: undefined, flags: new Set(['NAMEINARGS'] as const) }],
])('beside %s it is an error', async (_, settings) => {
  const text = definition('x', { command: ['/bin/cat'], ...settings });
  expect(await codesOf([text], fakeSystem())).toContain('two-programs');
});
