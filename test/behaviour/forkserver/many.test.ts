/** Ten thousand connections in a row: daemon, fork server and worker hold at the end what they held after the first. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { type Kinetd, service } from '../../daemon/kinetd.ts';
import { children, descriptors, procFile } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';
import { internal } from '../internal/entry.ts';
import { workerOf } from '../internal/worker.ts';
import { forked, ready, run } from './started.ts';

const patience = { timeout: 300_000 };
const unlimited = { instances: 'UNLIMITED', per_source: 'UNLIMITED', cps: '0 0' };

interface Held {
  readonly descriptors: number;
  /** Of memory that no other process has. */
  readonly kilobytes: number;
}

function held(pid: number): Held {
  const kilobytes = Number(procFile(pid, 'smaps_rollup')?.match(/^Private_Dirty: +(\d+) kB$/m)?.[1]);
  return { descriptors: descriptors(pid).size, kilobytes };
}

/** Clients written in C: those in JavaScript take more of the processor than daemon and server together. */
async function crowd(daemon: Kinetd, id: string, count: number, word: 'HELLO' | ''): Promise<void> {
  const { port } = await daemon.address(id);
  const program = compiledIn('test/behaviour/forkserver', 'crowd');
  const { stdout } = await promisify(execFile)(program, [String(port), String(count), '50', word]);
  expect(stdout).toBe(`${count} HELLO\n`);
}

interface Course {
  readonly id: string;
  /** What each client sends; all of them are to get HELLO. */
  readonly word: 'HELLO' | '';
  /** Clients after whom the heaps of Node processes have the size that they keep, */
  readonly before: number;
  /** and those who come then. */
  readonly counted: number;
  /** The one child of the daemon that stays. */
  readonly child: () => number | Promise<number>;
}

/** By how much more the daemon and its child hold at the end, when no client is left. */
async function growth(daemon: Kinetd, { id, word, before, counted, child }: Course): Promise<readonly Held[]> {
  const look = async (): Promise<readonly Held[]> => {
    await until(() => children(daemon.pid).length === 1 || undefined);
    return [daemon.pid, await child()].map(held);
  };
  await crowd(daemon, id, before, word);
  const first = await look();
  await crowd(daemon, id, counted, word);
  return (await look()).map((last, at) => ({
    descriptors: last.descriptors - (first[at]?.descriptors ?? 0),
    kilobytes: last.kilobytes - (first[at]?.kilobytes ?? 0),
  }));
}

test('those for whom a server was forked', patience, async () => {
  const program = compiledIn('test/unit/forkserver', 'hello');
  const daemon = await run(service('s', { ...forked, server: program, log_type: 'FILE @FOLDER@/log' }));
  const forkserver = await ready(daemon);
  const course: Course = { id: 's', word: '', before: 2000, counted: 8000, child: () => forkserver };
  const [ofDaemon, ofForkserver] = await growth(daemon, course);
  expect([ofDaemon?.descriptors, ofForkserver?.descriptors]).toEqual([0, 0]);
  expect(ofForkserver?.kilobytes).toBeLessThan(64);
  expect(ofDaemon?.kilobytes).toBeLessThan(4096);
  expect(daemon.errors.match(/fork server \d+ is ready/g)).toHaveLength(1);
});

test('those whom the worker has answered', patience, async () => {
  const daemon = await run(internal('echo', { ...unlimited, log_type: 'FILE @FOLDER@/log' }));
  const child = (): Promise<number> => workerOf(daemon);
  const course: Course = { id: 'echo', word: 'HELLO', before: 6000, counted: 10_000, child };
  const [ofDaemon, ofWorker] = await growth(daemon, course);
  expect([ofDaemon?.descriptors, ofWorker?.descriptors]).toEqual([0, 0]);
  expect(ofWorker?.kilobytes).toBeLessThan(8192);
  expect(ofDaemon?.kilobytes).toBeLessThan(4096);
});
