/** docs/compatibility.md and the tests that are called differences name the same things. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

import { expect, test } from 'vitest';

import { root } from '../daemon/kinetd.ts';

interface Named {
  /** From the root of the project. */
  readonly file: string;
  readonly title: string;
}

/** `[name](../test/….test.ts): title`, the last cell of a row or one of several between `<br>`. */
function documented(): Named[] {
  const text = readFileSync(join(root, 'docs/compatibility.md'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('|---') && !line.endsWith('| shown by |'))
    .flatMap((row) => {
      const cell = row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '';
      return cell.split('<br>').map((reference) => {
        const [, path, title] = /^\[[\w-]+\]\(([^)]+)\): (.+)$/.exec(reference) ?? [];
        if (path === undefined || title === undefined) throw new Error(`a row names no test: ${row}`);
        return { file: normalize(join('docs', path)), title };
      });
    });
}

/** Titles are string literals in the calls of difference(), or stand as `title:` in a table of cases. */
function differences(): Named[] {
  const folder = 'test/oracle';
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.ts') && name !== 'documented.test.ts')
    .flatMap((name) => {
      const text = readFileSync(join(root, folder, name), 'utf8');
      const calls = text.matchAll(/\bdifference\(\s*(?:needs6?|\{[^}]*\}),\s*(?:'([^']+)'|"([^"]+)")/g);
      const cases = text.matchAll(/^ +(?:\{ )?title: (?:'([^']+)'|"([^"]+)")/gm);
      return [...calls, ...cases].map(([, single, double]) => ({
        file: `${folder}/${name}`,
        title: single ?? double ?? '',
      }));
    });
}

test('every test that the page names exists', () => {
  const rows = documented();
  expect(rows.length).toBeGreaterThan(50);
  for (const { file, title } of rows) {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(readFileSync(join(root, file), 'utf8'), `${file} has no test with this title`).toContain(title);
  }
});

test('every difference that is tested stands on the page, and the other way round', () => {
  const key = ({ file, title }: Named): string => `${file}: ${title}`;
  const inOracle = documented().filter(({ file }) => file.startsWith('test/oracle/'));
  expect(inOracle.map(key).sort()).toEqual(differences().map(key).sort());
});

test('every call of difference has a title that this test can read', () => {
  for (const name of readdirSync(join(root, 'test/oracle'))) {
    if (!name.endsWith('.test.ts') || name === 'documented.test.ts') continue;
    const text = readFileSync(join(root, 'test/oracle', name), 'utf8');
    const calls = text.match(/^ *difference\(/gm)?.length ?? 0;
    const read = differences().filter(({ file }) => file.endsWith(`/${name}`)).length;
    // A table of cases is one call and several titles.
    expect(read, name).toBeGreaterThanOrEqual(calls);
  }
});
