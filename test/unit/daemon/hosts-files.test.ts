/** hosts.allow and hosts.deny on disk: read when they change, and nobody is let in while one cannot be read. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { HostsFiles } from '../../../src/daemon/hosts-files.ts';
import { testFolder } from '../../daemon/kinetd.ts';

function files() {
  const folder = testFolder();
  const said: string[] = [];
  const log = { write: (level: string, message: string) => void said.push(`${level}: ${message}`), reopen: () => {} };
  const hosts = new HostsFiles({ allow: join(folder, 'allow'), deny: join(folder, 'deny') }, log);
  const verdict = (client = '192.0.2.1'): string | undefined =>
    hosts.table()?.decide({ daemon: 'cat', client, local: undefined, nameOf: () => undefined }).verdict;
  return {
    folder,
    said,
    hosts,
    verdict,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
  };
}

test('files that are not there have no rules, and nothing is said about that', () => {
  const { verdict, said } = files();
  expect(verdict()).toBe('allow');
  expect(said).toEqual([]);
});

test('a file that is written, changed, replaced or removed counts for the next client', () => {
  const { verdict, write, folder } = files();
  write('deny', 'cat: ALL\n');
  expect(verdict()).toBe('deny');
  write('deny', 'cow: ALL\n');
  expect(verdict(), 'as long as before, and within the same tick perhaps').toBe('allow');
  write('new', 'cat: ALL\n');
  renameSync(join(folder, 'new'), join(folder, 'deny'));
  expect(verdict()).toBe('deny');
  write('allow', 'cat: 192.0.2.1\n');
  expect([verdict(), verdict('192.0.2.2')]).toEqual(['allow', 'deny']);
  rmSync(join(folder, 'deny'));
  expect(verdict('192.0.2.2')).toBe('allow');
});

test('a file that has not changed is not read again', () => {
  const { hosts, write, folder } = files();
  write('deny', 'cat: ALL\n');
  const past = new Date(Date.now() - 60_000);
  utimesSync(join(folder, 'deny'), past, past);
  const table = hosts.table();
  expect(hosts.table()).toBe(table);
  write('deny', 'cow: ALL\n');
  expect(hosts.table()).not.toBe(table);
});

test.each(['a directory', 'a pipe'])('%s in place of a file keeps everybody out, and is told once', (what) => {
  const { verdict, said, folder, write } = files();
  if (what === 'a pipe') execFileSync('mkfifo', [join(folder, 'allow')]);
  else mkdirSync(join(folder, 'allow'));
  expect([verdict(), verdict(), verdict()]).toEqual([undefined, undefined, undefined]);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^ERROR: .*allow is not a regular file; clients of services that ask it are refused/);
  rmSync(join(folder, 'allow'), { recursive: true });
  expect(verdict()).toBe('allow');
  write('allow', 'cat: ALL: deny\n');
  expect(verdict()).toBe('deny');
});

test('a file that is too large to be meant keeps everybody out', () => {
  const { verdict, said, folder, write } = files();
  write('deny', '');
  truncateSync(join(folder, 'deny'), 17 * 1024 * 1024);
  expect(verdict()).toBeUndefined();
  expect(said[0]).toMatch(/deny is larger than/);
});

test('what its lines have wrong is told with their numbers, when the text is new', () => {
  const { verdict, said, write, folder } = files();
  write('deny', 'cat: 10.1\ncat: ALL: spawn (x)\n # cat: ALL\n');
  verdict();
  verdict();
  expect(said.map((line) => line.replace(`${folder}/`, ''))).toEqual([
    "ERROR: deny, line 1: '10.1' is not an address; write all four numbers, or a dot after the first ones",
    'ERROR: deny, line 2: the option spawn is not supported; the rule refuses; severity, banners, allow and deny are supported',
    'NOTICE: deny, line 3: the words after the # are a comment here; for libwrap only a # at the very beginning of a line makes a comment',
  ]);
});

test('of a file that is wrong everywhere twenty lines are told', () => {
  const { verdict, said, write } = files();
  write('deny', 'x\n'.repeat(1000));
  verdict();
  expect(said).toHaveLength(21);
  expect(said.at(-1)).toMatch(/980 more such lines$/);
});
