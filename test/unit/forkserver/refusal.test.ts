/** Programs that cannot be parked, and requests that cannot be served: each says why, and the rest goes on. */
import { expect, test } from 'vitest';

import { compiledIn } from '../../oracle/compile.ts';
import { isRoot } from '../os/fixture.ts';
import { facts, type Job, only, preloaded, type Step, story } from './parked.ts';

const self = (): readonly string[] => [compiledIn('test/unit/forkserver', 'self', '-pthread')];
const request: Step = { do: 'request' };

function reason(job: Partial<Job>): string | undefined {
  const { first, results } = story({ mode: 'main', argv: self(), steps: [request], ...job });
  expect(results).toEqual([]);
  expect(first).toMatchObject({ kind: 'X', status: 1 });
  return first.text;
}

test('a program that starts a thread before main is refused', () => {
  expect(reason({ environment: ['SELF_THREAD=1'] })).toBe('the program has started threads: it has 2');
});

test('a program that opens what cannot be had twice before main is refused', () => {
  expect(reason({ environment: ['SELF_PIPE=1'] })).toMatch(
    /^the program has opened pipe:\[\d+\] as descriptor 3, which connections cannot share$/,
  );
});

test('a word that is none of the two places is refused', () => {
  expect(reason({ mode: 'neither' })).toBe('KINETD_FORKSERVER is neither main nor call');
});

test('a static program loads no library and says nothing, and neither do the dynamic ones that it starts', () => {
  const program = compiledIn('test/unit/forkserver', 'self', '-pthread', '-static');
  expect(story({ mode: 'main', argv: [program], steps: [request] }).first.kind).toBe('');
});

test('requests that are not whole are answered with an error, and the next one is served', () => {
  const id = '04030201';
  const told = story({
    mode: 'main',
    argv: self(),
    steps: [
      { do: 'raw', hex: id },
      { do: 'raw', hex: id, descriptors: 1 },
      { do: 'raw', hex: id, descriptors: 4 },
      { do: 'raw', hex: id, descriptors: 3, filling: 5 },
      { do: 'held' },
      request,
    ],
  });
  const failures = told.results.slice(0, 4).map(({ kind, id: number, errno }) => [kind, number, errno]);
  expect(failures).toEqual([9, 9, 9, 22].map((errno) => ['E', 0x01020304, errno]));
  expect(told.results[4]).toMatchObject({ descriptors: 4 });
  expect(told.results[5]).toMatchObject({ kind: 'S', status: 4 });
});

test('a request whose descriptors find no room is answered with an error, and the next one is served', () => {
  const steps: readonly Step[] = [
    { do: 'limit', name: 'nofile', value: 5 },
    request,
    { do: 'held' },
    { do: 'limit', name: 'nofile', value: 64 },
    request,
  ];
  const { results } = story({ mode: 'main', argv: ['/usr/bin/env'], steps });
  expect(results[1]).toMatchObject({ kind: 'E', errno: 24 });
  expect(results[2]).toMatchObject({ descriptors: 4 });
  expect(results[4]).toMatchObject({ kind: 'S', status: 0 });
});

test.skipIf(!isRoot)(
  'a process that the limit of its user does not allow is an error of the request [needs root]',
  () => {
    /* A user that has no other process than the parked one. */
    const user = { uid: 987_654, gid: 987_654, groups: [], limits: { nproc: 1 } };
    const { results } = story({ mode: 'main', argv: ['/usr/bin/env'], ...user, steps: [request, request] });
    expect(results.map(({ kind, errno }) => [kind, errno])).toEqual([
      ['E', 11],
      ['E', 11],
    ]);
  },
);

test('a program that is started without the variables of a fork server is itself', () => {
  const { output } = only(
    story({
      argv: self(),
      environment: [`LD_PRELOAD=${preloaded}`, 'ASAN_OPTIONS=detect_leaks=0'],
      steps: [{ do: 'exec' }],
    }),
  );
  expect(facts(output)).toMatchObject({ constructed: '1', prepared: '0', thread: '42' });
});
