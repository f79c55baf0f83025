/**
 * docs/compatibility.md and the tests, as texts: the tables of the page, and the titles in a file of tests. What the
 * page names and what is tested are held together by documented.test.ts, words.test.ts and cases.test.ts.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

import { root } from '../daemon/kinetd.ts';

export interface Named {
  /** From the root of the project. */
  readonly file: string;
  readonly title: string;
}

export interface Row {
  /** The headings above the table, from the second level on. */
  readonly section: string;
  readonly subsection: string | undefined;
  /** Without the last one, which names the tests. */
  readonly cells: readonly string[];
  readonly tests: readonly Named[];
}

/** The second part of the page; what stands before it is the list of differences. */
export const wordSection = 'Everything of xinetd, word by word';

/** The third part. */
export const inetdSection = 'Everything of the inetds, fact by fact';

/** Every row of every table of the page. */
export function rows(): readonly Row[] {
  let section = '';
  let subsection: string | undefined;
  const found: Row[] = [];
  for (const line of readFileSync(join(root, 'docs/compatibility.md'), 'utf8').split('\n')) {
    const [, marks, heading = ''] = /^(##+) (.+)$/.exec(line) ?? [];
    if (marks === '##') [section, subsection] = [heading, undefined];
    else if (marks !== undefined) subsection = heading;
    if (!line.startsWith('|') || line.startsWith('|---') || line.endsWith('| shown by |')) continue;
    const cells = line.replace(/^\| | \|$/g, '').split(' | ');
    const tests = (cells.pop() ?? '').split('<br>').map((reference) => named(reference, line));
    found.push({ section, subsection, cells, tests });
  }
  return found;
}

/** `[name](../test/….test.ts): title`. */
function named(reference: string, row: string): Named {
  const [, path, title] = /^\[[\w-]+\]\(([^)]+)\): (.+)$/.exec(reference) ?? [];
  if (path === undefined || title === undefined) throw new Error(`a row names no test: ${row}`);
  return { file: normalize(join('docs', path)), title };
}

export type TestKind = 'same' | 'difference' | 'test';

/** How a file declares a test of this title; undefined when it does not. A title is a string literal there. */
export function declared({ file, title }: Named): TestKind | undefined {
  const path = join(root, file);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const literal = `(['"\`])${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\1`;
  // The first argument says what the comparison needs; a table of cases has `title:` and is one of differences.
  if (new RegExp(`\\bsame\\(\\s*(?:\\w+|\\{[^}]*\\}),\\s*${literal}`).test(text)) return 'same';
  if (new RegExp(`\\bdifference\\(\\s*(?:\\w+|\\{[^}]*\\}),\\s*${literal}`).test(text)) return 'difference';
  if (file.startsWith('test/oracle/') && new RegExp(`\\btitle: ${literal}`).test(text)) return 'difference';
  return new RegExp(`\\(\\s*${literal},\\s*(?:async|\\(|\\{|\\w+\\))`).test(text) ? 'test' : undefined;
}
