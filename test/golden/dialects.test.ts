/**
 * Every row of the table of dialects in docs/inetd.md is a file of dialects/, whose first line names it. It is read as
 * each of the inetds would have it, and what comes out is compared with the file of the same name that ends in `.json`:
 * a golden reading for each cell. To see a change of many at once: `npx vitest run test/golden -u`, and read the difference.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { type InetdDialect, inetdDialects } from '../../src/config/definition.ts';
import { load, type ServiceTable, type TableEntry } from '../../src/config/mod.ts';
import type { Endpoint, Service } from '../../src/model/mod.ts';
import { root } from '../daemon/kinetd.ts';
import { rows } from '../oracle/page.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';
import { memoryFiles } from '../unit/config/memory-files.ts';

const home = join(import.meta.dirname, 'dialects');
const names = readdirSync(home).filter((name) => name.endsWith('.conf'));

function text(name: string): string {
  return readFileSync(join(home, name), 'utf8');
}

const services = { 'auth/tcp': 113, 'tcpmux/tcp': 1 };

/** The first cells of the table. */
function matters(): readonly string[] {
  const page = readFileSync(join(root, 'docs/inetd.md'), 'utf8');
  const section = page.slice(page.indexOf('## The differences\n')).split('\n## ')[0] ?? '';
  const table = section.split('\n').filter((line) => line.startsWith('| '));
  return table.slice(1).map((line) => line.split(' | ')[0]?.slice(2) ?? '');
}

test('every row of the table of dialects has a file, and no file is of none', () => {
  const found = names.map((name) => text(name).split('\n')[0]?.slice(2));
  expect(matters().length).toBeGreaterThan(20);
  expect(found).toHaveLength(matters().length);
  expect(new Set(found)).toEqual(new Set(matters()));
});

test('every cell of that table has a row among the facts of docs/compatibility.md', () => {
  const core = rows().filter(({ subsection }) => subsection === 'The common core');
  const inetds = ['FreeBSD', 'NetBSD', 'OpenBSD', 'Debian', 'GNU', 'BusyBox'];
  for (const matter of matters()) {
    const found = core.filter(({ cells }) => cells[0] === matter).map(({ cells }) => cells[1] ?? '');
    expect([matter, [...found].sort()]).toEqual([matter, [...inetds].sort()]);
  }
});

test.each(names)('%s reads as expected in every dialect', async (name) => {
  const readings: Partial<Record<InetdDialect, unknown>> = {};
  for (const dialect of inetdDialects) {
    const system = fakeSystem({ everything: true, memberships: { root: [7] }, services });
    const table = await load({ paths: ['/i'], dialect }, system, memoryFiles({ '/i': text(name) }));
    readings[dialect] = table.entries.map((entry) => reading(entry, table));
  }
  const expected = join(home, name.replace(/\.conf$/, '.json'));
  await expect(`${JSON.stringify(readings, null, 1)}\n`).toMatchFileSnapshot(expected);
});

/** What a line comes to, and what is said about it. */
function reading(entry: TableEntry, { diagnostics }: ServiceTable): unknown {
  const said = diagnostics
    .filter(({ service, span }) => service === entry.id && span !== undefined)
    .map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
  return {
    line: entry.origin.line,
    ...(entry.state === 'ready' ? facts(entry.service) : { state: entry.state }),
    ...(said.length === 0 ? {} : { said }),
  };
}

function facts({ endpoints, behindTcpmux, rpc, limits, access, server }: Service): object {
  const { startsPerMinute, instances, perSource, rates } = limits;
  return {
    endpoints: endpoints.map(place),
    behindTcpmux,
    rpc,
    startsPerMinute,
    instances,
    perSource,
    perMinuteAndSource: rates?.source?.count,
    hostsName: access.hostsName,
    ...(server.kind === 'program'
      ? { program: server.launch.program, argv: server.launch.argv, identity: server.launch.identity }
      : { server }),
  };
}

function place(endpoint: Endpoint): string {
  if (endpoint.family === 'unix') {
    return `${endpoint.address} ${endpoint.mode.toString(8)} ${endpoint.uid ?? '-'} ${endpoint.gid ?? '-'}`;
  }
  const { address, port, stack, implied } = endpoint;
  return `${address} ${port} ${stack}${implied ? ' implied' : ''}`;
}
