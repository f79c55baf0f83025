/** docs/compatibility.md and the tests that are called differences name the same things. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root } from '../daemon/kinetd.ts';
import { declared, inetdSection, type Named, rows, wordSection } from './page.ts';

const folder = 'test/oracle';

/** Files whose tests are comparisons. */
function comparisons(): string[] {
  return readdirSync(join(root, folder)).filter(
    (name) => name.endsWith('.test.ts') && /from '\.\/pair\.ts'/.test(readFileSync(join(root, folder, name), 'utf8')),
  );
}

/** Titles are string literals in the calls of difference(), or stand as `title:` in a table of cases. */
function differencesOf(name: string): Named[] {
  const text = readFileSync(join(root, folder, name), 'utf8');
  const calls = text.matchAll(/\bdifference\(\s*(?:\w+|\{[^}]*\}),\s*(?:'([^']+)'|"([^"]+)")/g);
  const cases = text.matchAll(/^ +(?:\{ )?title: (?:'([^']+)'|"([^"]+)")/gm);
  return [...calls, ...cases].map(([, single, double]) => ({
    file: `${folder}/${name}`,
    title: single ?? double ?? '',
  }));
}

test('every test that the page names exists', () => {
  const named = rows().flatMap(({ tests }) => tests);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((each) => declared(each) === undefined)).toEqual([]);
});

test('every difference that is tested stands on the page, and the other way round', () => {
  const key = ({ file, title }: Named): string => `${file}: ${title}`;
  const listed = rows()
    .filter(({ section }) => section !== wordSection && section !== inetdSection)
    .flatMap(({ tests }) => tests)
    .filter(({ file }) => file.startsWith(`${folder}/`));
  expect(listed.map(key).sort()).toEqual(comparisons().flatMap(differencesOf).map(key).sort());
});

test('every call of difference has a title that this test can read', () => {
  for (const name of comparisons()) {
    const calls = readFileSync(join(root, folder, name), 'utf8').match(/^ *difference\(/gm)?.length ?? 0;
    // A table of cases is one call and several titles.
    expect(differencesOf(name).length, name).toBeGreaterThanOrEqual(calls);
  }
});
