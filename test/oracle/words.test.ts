/**
 * The second part of docs/compatibility.md has a row for every attribute, word, signal, option, reason and message,
 * and nothing more; what it says is kept is compared with xinetd. The lists come from where the code has them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { xinetdOptions } from '../../src/cli/xinetd.ts';
import { attributeNames, attributes } from '../../src/config/xinetd/mod.ts';
import { root } from '../daemon/kinetd.ts';
import { declared, type Row, rows, wordSection } from './page.ts';

const table = rows().filter(({ section }) => section === wordSection);

/** First cells below a heading, without their backquotes. */
function listed(heading: string): readonly string[] {
  return table
    .filter(({ subsection }) => subsection === heading)
    .map(({ cells: [word = ''] }) => word.replace(/^`(.*)`$/, '$1'));
}

function source(path: string): string {
  return readFileSync(join(root, 'src', path), 'utf8');
}

/** Words that mean more than yes and no. */
const worded = attributeNames().flatMap((name) => {
  const words = (attributes[name].words ?? []).filter(({ documentation }) => documentation !== '');
  return words.length === 0 ? [] : [{ name, words }];
});

/** What a verdict may begin with. */
const verdict = /^(kept($|; )|mended: |refused: |new: )/;

test('every attribute has a row', () => {
  const attributesListed: readonly string[] = listed('Attributes');
  const names: readonly string[] = attributeNames();
  expect(names.filter((name) => !attributesListed.includes(name))).toEqual([]);
  expect(attributesListed.filter((name) => !names.includes(name))).toEqual([]);
});

test.each(worded.map(({ name, words }) => [name, words] as const))('every word of %s has a row', (name, words) => {
  expect([...listed(`Words of \`${name}\``)].sort()).toEqual(words.map(({ word }) => word).sort());
});

test('every signal has a row', () => {
  const named = [...source('daemon/serve.ts').matchAll(/'(SIG[A-Z0-9]+)'/g)].map(([, signal = '']) => signal);
  expect(named.length).toBeGreaterThan(8);
  expect([...new Set(named)].filter((signal) => !listed('Signals').includes(signal))).toEqual([]);
});

test('every option of xinetd has a row', () => {
  expect([...listed('Options of the command line')].sort()).toEqual(Object.keys(xinetdOptions).sort());
});

test('every reason of a refusal has a row', () => {
  const unions = [...source('model/decision.ts').matchAll(/^export type \w*Reason =([^;]+);/gm)];
  const named = unions.flatMap(([, union = '']) => [...union.matchAll(/'([^']+)'/g)].map(([, reason = '']) => reason));
  expect([...listed('Reasons of FAIL')].sort()).toEqual(named.sort());
});

test('every kind of line has a row', () => {
  const kinds = [...source('log/service-line.ts').matchAll(/`([A-Z]+): \$\{id\}/g)].map(([, kind = '']) => kind);
  expect(kinds.length).toBeGreaterThan(2);
  const named = listed('Lines of the service log').map((line) => line.split(':')[0]);
  expect(kinds.filter((kind) => !named.includes(kind))).toEqual([]);
});

/** Rows that are wrong, as they stand on the page. */
function wrong(isRight: (said: string, kinds: readonly unknown[], row: Row) => boolean): readonly string[] {
  return table
    .filter((row) => !isRight(row.cells[1] ?? '', row.tests.map(declared), row))
    .map(({ subsection, cells }) => `${subsection}: ${cells.join(' | ')}`);
}

test('every row has a verdict', () => expect(wrong((said) => verdict.test(said))).toEqual([]));

test('every row names tests that there are', () => {
  expect(table.length).toBeGreaterThan(100);
  expect(wrong((_, kinds) => kinds.length > 0 && !kinds.includes(undefined))).toEqual([]);
});

test('what is kept is compared with xinetd', () => {
  expect(wrong((said, kinds) => !said.startsWith('kept') || kinds.includes('same'))).toEqual([]);
});

test('what is mended is a difference, or behaviour that xinetd cannot be asked for', () => {
  const compared = ({ tests }: Row): boolean => tests.some(({ file }) => file.startsWith('test/oracle/'));
  expect(
    wrong((said, kinds, row) => !said.startsWith('mended') || !compared(row) || kinds.includes('difference')),
  ).toEqual([]);
});
