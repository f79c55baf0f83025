/**
 * Every file of resolve/ is loaded on an imagined machine. The table is compared with the file of the same
 * name that ends in `.json`, and what a person is told with the one that ends in `.txt`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { describeTable, load, renderDiagnostic, systemFiles } from '../../src/config/mod.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';

const home = join(import.meta.dirname, 'resolve');

test.each(readdirSync(home).filter((name) => /\.x?inetd$/.test(name)))('%s resolves as expected', async (name) => {
  const table = await load({ paths: [name] }, fakeSystem(), systemFiles(home));
  const relative = (text: string): string => text.replaceAll(`${home}/`, '');
  const value = { usable: table.usable, files: table.files, unread: table.unread, entries: describeTable(table) };
  await expect(`${relative(JSON.stringify(value, null, 1))}\n`).toMatchFileSnapshot(join(home, `${name}.json`));
  const told = table.diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, { colour: false })}\n`);
  await expect(relative(told.join('\n'))).toMatchFileSnapshot(join(home, `${name}.txt`));
});
