/** Size is no difficulty: neither many services nor long lines, nor many mistakes. */
import { expect, it } from 'vitest';

import { renderDiagnostic } from '../../../src/config/diagnostic/mod.ts';
import { locate, sourceFile } from '../../../src/config/source/mod.ts';
import { readXinetd, type XinetdReading } from '../../../src/config/xinetd/mod.ts';
import { memoryFiles } from './memory-files.ts';

function read(text: string): XinetdReading {
  const started = performance.now();
  const reading = readXinetd([sourceFile('/x', text)], memoryFiles({}));
  console.log(`${(text.length / 1e6).toFixed(1)} MB read in ${(performance.now() - started).toFixed(0)} ms`);
  return reading;
}

function service(index: number): string {
  return `service s${index}\n{\n\ttype = UNLISTED\n\tsocket_type = stream\n\tprotocol = tcp\n\tport = ${index % 60000}\n\twait = no\n\tuser = nobody\n\tserver = /usr/bin/env\n\tserver_args = a b ${index}\n\tonly_from += 10.0.0.0/8\n}\n`;
}

it('reads ten thousand services', () => {
  const text = Array.from({ length: 10_000 }, (_, index) => service(index)).join('');
  const { definitions, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  expect(definitions).toHaveLength(10_000);
  const last = definitions.at(-1);
  expect(last?.settings.server_args).toEqual(['a', 'b', '9999']);
  expect(last && locate(last.span.file, last.span.start).line).toBe(9999 * 12 + 1);
});

it('reads a word of ten megabytes', () => {
  const word = 'x'.repeat(10_000_000);
  const { definitions } = read(`service s\n{\n\tserver_args = ${word}\n}\n`);
  expect(definitions[0]?.settings.server_args?.[0]?.length).toBe(word.length);
});

it('reads a line of a million words', () => {
  const { definitions } = read(`service s\n{\n\tserver_args = ${'x '.repeat(1_000_000)}\n}\n`);
  expect(definitions[0]?.settings.server_args).toHaveLength(1_000_000);
});

it.each([
  ['an attribute', (word: string) => `${word} = 1`],
  ['a number', (word: string) => `port = ${word}`],
  ['an address', (word: string) => `only_from = ${word}`],
  ['an address in six', (word: string) => `only_from = :${word}`],
  ['an operator', (word: string) => `port ${word}`],
  ['a glued operator', (word: string) => `port=${word}`],
  ['a time', (word: string) => `access_times = ${word}`],
])('says something short about %s of ten megabytes', (_what, line) => {
  const { diagnostics } = read(`service s\n{\n\t${line('1.'.repeat(5_000_000))}\n}\n`);
  expect(diagnostics).toHaveLength(1);
  for (const diagnostic of diagnostics)
    expect(renderDiagnostic(diagnostic, { colour: false }).length).toBeLessThan(1000);
});

it('survives more mistakes than fit a call', () => {
  // Spreading that many values into a call overflows the stack.
  expect(read('include\n'.repeat(200_000)).diagnostics).toHaveLength(200_000);
  const { diagnostics, definitions } = read(`service s\n{\n${'port=\n'.repeat(200_000)}\n}\n`);
  expect(diagnostics).toHaveLength(200_000);
  expect(definitions[0]?.errors).toHaveLength(200_000);
});
