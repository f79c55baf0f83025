/** The process's own limits and umask, and the names of errnos. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import {
  currentUmask,
  errnoMessage,
  errnoName,
  loadAverage,
  raiseDescriptorLimit,
  resourceLimit,
  setResourceLimit,
} from '../../../src/os/mod.ts';

const kernelsWord = (name: string): readonly number[] => {
  const line = new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm').exec(readFileSync('/proc/self/limits', 'utf8'));
  return [line?.[1], line?.[2]].map((word) => (word === 'unlimited' ? Infinity : Number(word)));
};

test('resource limits are those of /proc', () => {
  const names = {
    nofile: 'Max open files',
    cpu: 'Max cpu time',
    nproc: 'Max processes',
    core: 'Max core file size',
  } as const;
  for (const name of ['nofile', 'cpu', 'nproc', 'core'] as const) {
    const { soft, hard } = resourceLimit(name);
    expect([soft, hard]).toEqual(kernelsWord(names[name]));
  }
});

test('the soft limit on descriptors is raised to the hard one, and the one before is told', () => {
  const { hard } = resourceLimit('nofile');
  const lower = { soft: hard - 1, hard };
  setResourceLimit('nofile', lower);
  expect(raiseDescriptorLimit()).toEqual(lower);
  expect(resourceLimit('nofile')).toEqual({ soft: hard, hard });
});

test('a soft limit above the hard one and a negative one are refused', () => {
  expect(() => setResourceLimit('nofile', { soft: 20, hard: 10 })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  expect(() => setResourceLimit('nofile', { soft: -1, hard: 10 })).toThrow(RangeError);
});

test('the umask is read without changing it', () => {
  const umask = Number.parseInt(/^Umask:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '', 8);
  expect([currentUmask(), currentUmask()]).toEqual([umask, umask]);
});

test('the load average is that of the last minute', () => {
  const kernels = (): string => readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '';
  const before = kernels();
  const load = loadAverage().toFixed(2);
  expect([before, kernels()]).toContain(load); // it changes every five seconds
});

test('errnos have the names and texts of the C library', () => {
  expect([errnoName(2), errnoMessage(2)]).toEqual(['ENOENT', 'No such file or directory']);
  expect([errnoName(8), errnoMessage(8)]).toEqual(['ENOEXEC', 'Exec format error']);
  expect(errnoName(4095)).toBe('E4095');
});
