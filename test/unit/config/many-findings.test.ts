/** No number of lines, words or findings makes loading throw: a spread call takes only so many arguments. */
import { expect, it } from 'vitest';

import { load, type ServiceTable } from '../../../src/config/mod.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

const many = 140_000;

function loaded(text: string): Promise<ServiceTable> {
  return load({ paths: ['/x'] }, fakeSystem({}), memoryFiles({ '/x': text }));
}

it('loads an xinetd.conf with very many mistakes', async () => {
  const table = await loaded(`service s\n{\n${'port=\n'.repeat(many)}}\n${'include\n'.repeat(many)}`);
  expect(table.diagnostics).toHaveLength(2 * many);
  expect(table.entries.map(({ state }) => state)).toEqual(['refused']);
});

it('loads an inetd.conf with very many mistakes', async () => {
  const table = await loaded(`7777 stream tcp nowait root /bin/cat\n${'short\n'.repeat(many)}`);
  expect(table.entries).toHaveLength(many + 1);
  expect(table.diagnostics.length).toBeGreaterThanOrEqual(many);
});

it('loads an inetd.conf with a very long continuation line', async () => {
  const table = await loaded(`7777 stream tcp4 nowait root /bin/cat cat\n ${'x '.repeat(many)}\n`);
  expect(table.entries.map(({ state, settings }) => [state, settings.server_args?.length])).toEqual([
    ['ready', many + 1],
  ]);
});
