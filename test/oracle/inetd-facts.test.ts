/**
 * The part of docs/compatibility.md about the inetds: a verdict and tests for each fact, and in the common core a row
 * for each matter and each of the inetds.
 */
import { expect, test } from 'vitest';

import { declared, inetdSection, type Row, rows } from './page.ts';

const table = rows().filter(({ section }) => section === inetdSection);
const core = table.filter(({ subsection }) => subsection === 'The common core');
const verdict = /^(kept($|; )|mended: |refused: )/;

function said({ cells }: Row): string {
  return cells.at(-1) ?? '';
}

test('every fact has a verdict, and tests that there are', () => {
  expect(table.length).toBeGreaterThan(100);
  expect(table.filter((row) => !verdict.test(said(row))).map(({ cells }) => cells)).toEqual([]);
  const lost = table.filter(({ tests }) => tests.length === 0 || tests.some((each) => declared(each) === undefined));
  expect(lost.map(({ tests }) => tests)).toEqual([]);
});

test('every matter of the common core has a row for each inetd', () => {
  const inetds = ['FreeBSD', 'NetBSD', 'OpenBSD', 'Debian', 'GNU', 'BusyBox'];
  const matters = [...new Set(core.map(({ cells: [matter = ''] }) => matter))];
  expect(matters.length).toBeGreaterThan(8);
  for (const matter of matters) {
    const row = core.filter(({ cells }) => cells[0] === matter).map(({ cells }) => cells[1]);
    expect(row, matter).toEqual(inetds);
  }
});

test('what Debian or GNU does and kinetd mends is compared with it, where it is shown by a comparison', () => {
  const compared = table.filter(
    (row) => said(row).startsWith('mended') && row.tests.some(({ file }) => file.startsWith('test/oracle/')),
  );
  const wrong = compared.filter(({ subsection, tests, cells }) => {
    const theirs =
      ['OpenBSD and Debian', 'GNU inetutils'].includes(subsection ?? '') || ['Debian', 'GNU'].includes(cells[1] ?? '');
    return theirs && !tests.some((each) => declared(each) === 'difference');
  });
  expect(wrong.map(({ cells }) => cells)).toEqual([]);
});
