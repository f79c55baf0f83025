/** A program that is parked before its main: what its children are, to the daemon and to themselves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { testFolder } from '../../daemon/kinetd.ts';
import { compiledIn } from '../../oracle/compile.ts';
import { facts, type Job, only, type Step, sanitized, story } from './parked.ts';

const self = (...args: readonly string[]): readonly string[] => [
  compiledIn('test/unit/forkserver', 'self', '-pthread'),
  ...args,
];

const request = (environment: readonly string[] = []): Step => ({ do: 'request', environment });

test('each request gets a child of the daemon, which says so itself before it begins', () => {
  const told = story({ mode: 'main', argv: self(), steps: [{ do: 'request', id: 0xfedcba98 }, request()] });
  const [first, second] = told.results;
  expect(first).toMatchObject({ kind: 'S', id: 0xfedcba98, status: 4 });
  expect(facts(first?.output)).toMatchObject({ parent: String(told.pid), 'pid is tid': '1' });
  expect(first?.sender?.[0]).toBe(first?.pid);
  expect(new Set([told.pid, told.parked, first?.pid, second?.pid]).size).toBe(4);
});

test('threads, locks, forks, commands and memory work in a child, and exit handlers run', () => {
  const told = story({ mode: 'main', argv: self('exit'), steps: [request()] });
  expect(only(told)).toMatchObject({ status: 3 });
  expect(only(told).output).toMatch(/\natexit ran\n$/);
  expect(facts(only(told).output)).toMatchObject({
    'lock is ours': '1',
    mutex: '11',
    'robust list': '1',
    thread: '42',
    fork: '12',
    system: '5',
    malloc: '1',
  });
});

test('a child that ends itself by a signal is known to have done so', () => {
  for (const [end, status] of [
    ['raise', -12],
    ['abort', -6],
  ] as const) {
    expect(only(story({ mode: 'main', argv: self(end), steps: [request()] })).status).toBe(status);
  }
});

test('constructors have run once, and what a program registers for forks runs', () => {
  const told = story({ mode: 'main', argv: self(), steps: [request(), request()] });
  const counts = told.results.map(({ output }) => facts(output));
  expect(counts[0]).toMatchObject({ constructed: '1', prepared: '1', forked: '1' });
  expect(counts[1]).toMatchObject({ constructed: '1', prepared: '2', forked: '1' });
});

test('what a library has registered for forks is forgotten when it is unloaded', () => {
  const plugin = compiledIn('test/unit/forkserver', 'plugin', '-shared', '-fPIC');
  const told = story({ mode: 'main', argv: self(), environment: [`SELF_PLUGIN=${plugin}`], steps: [request()] });
  expect(facts(only(told).output)).toMatchObject({ unloaded: '1', prepared: '1' });
});

test('the environment is that of the request and nothing else, for main as well', () => {
  const told = story({ mode: 'main', argv: self(), environment: ['A=1'], steps: [request(['B=2', 'C=']), request()] });
  const variables = told.results.map(({ output }) => output?.match(/(?<=^variable ).*/gm));
  expect(variables).toEqual([['A=1', 'B=2', 'C='], ['A=1']]);
  expect(facts(only(told).output)).toMatchObject({ 'same environment': '1' });
});

test('an environment of two hundred thousand bytes arrives whole', () => {
  const long = `LONG=${'x'.repeat(100_000)}`;
  const told = story({ mode: 'main', argv: ['/usr/bin/env'], steps: [request([long, 'B=2', long])] });
  expect(only(told).output).toBe(`PATH=/usr/bin:/bin\n${long}\nB=2\n${long}\n`);
});

test('programs that are not position independent park as well', () => {
  const fixed = compiledIn('test/unit/forkserver', 'self', '-pthread', '-no-pie');
  expect(only(story({ mode: 'main', argv: [fixed], steps: [request()] })).status).toBe(4);
});

test('a file that was opened before has an offset of its own in each child, under its number', () => {
  const path = join(testFolder(), 'letters');
  writeFileSync(path, 'abcdef');
  const job: Job = { mode: 'main', argv: self(), environment: [`SELF_OPEN=${path}`], steps: [request(), request()] };
  for (const { output } of story(job).results) expect(output).toMatch(/^character b\nkept descriptor 0$/m);
});

test('the parked program tells which files it is made of, and that it is ready', () => {
  const { first, said } = story({ mode: 'main', argv: self(), steps: [] });
  expect(first.kind).toBe('R');
  expect(first.files).toContain(self()[0]);
  expect(first.files?.filter((file) => file.endsWith('/libc.so.6'))).toHaveLength(1);
  expect(said).toBe('');
});

test('the end of the daemon ends the parked program with status 0, and SIGTERM ends it too', () => {
  expect(only(story({ mode: 'main', argv: self(), steps: [{ do: 'end' }] })).status).toBe(0);
  expect(only(story({ mode: 'main', argv: self(), steps: [{ do: 'kill', signal: 'SIGTERM' }] })).status).toBe(-15);
});

test('hundreds of requests in a row take no memory and no descriptor of the parked program', () => {
  // With sanitizers each takes twelve milliseconds.
  const count = sanitized ? 300 : 1000;
  const argv = [compiledIn('test/unit/forkserver', 'hello')];
  const { failed, before, after } = only(
    story({ mode: 'main', argv, steps: [{ do: 'many', count, output: 'HELLO\n' }] }),
  );
  expect(failed).toBe(0);
  expect(after?.descriptors).toBe(before?.descriptors);
  expect((after?.kilobytes ?? 0) - (before?.kilobytes ?? 0)).toBeLessThan(20);
});
