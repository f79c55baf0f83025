import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { FileSink } from '../../../src/log/mod.ts';
import { openLog } from '../../../src/os/mod.ts';
import { until } from '../../daemon/until.ts';

let folder: string;
let path: string;
let troubles: string[];
const noLimits = { soft: undefined, hard: undefined };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinetd-log-'));
  path = join(folder, 'service.log');
  troubles = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

function sink(limits: { soft: number | undefined; hard: number | undefined } = noLimits): FileSink {
  const noon = new Date(2026, 10, 20, 12, 0, 0).getTime();
  return new FileSink(
    path,
    'echo',
    limits,
    { clock: () => noon, later: (job) => setTimeout(job), openFile: openLog },
    (level, message) => troubles.push(`${level} ${message}`),
  );
}

test('a line has its time in front and is written by itself', async () => {
  sink().write('START: echo');
  expect(readFileSync(path, 'utf8')).toBe('');
  const written = await until(() => readFileSync(path, 'utf8') || undefined);
  expect(written).toBe('26/11/20@12:00:00: START: echo\n');
});

test('what was there is kept', () => {
  for (const line of ['first', 'second']) {
    const appending = sink();
    appending.write(line);
    appending.close();
  }
  expect(readFileSync(path, 'utf8').match(/first|second/g)).toEqual(['first', 'second']);
});

test('the hard limit is never exceeded, is told once, and a reopen after rotation writes again', () => {
  const limited = sink({ soft: undefined, hard: 60 });
  for (let line = 0; line < 5; line++) limited.write('START: echo');
  limited.flush();
  expect(statSync(path).size).toBeLessThanOrEqual(60);
  expect(troubles).toEqual(['ERROR Size of echo log exceeded hard limit']);
  renameSync(path, `${path}.1`);
  limited.reopen();
  limited.write('START: echo');
  limited.flush();
  expect(readFileSync(path, 'utf8')).toContain('START: echo');
});

test('the soft limit is told once and writing goes on', () => {
  const limited = sink({ soft: 40, hard: undefined });
  for (let line = 0; line < 4; line++) limited.write('START: echo');
  limited.flush();
  expect(troubles).toEqual(['WARNING Size of echo log exceeded soft limit']);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(5);
});

test('a log that cannot be written loses lines, says so once, and says when it can again', () => {
  const troubled = sink();
  rmSync(path);
  mkdirSync(path);
  troubled.reopen();
  troubled.write('lost');
  troubled.write('lost too');
  troubled.flush();
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain('cannot be written');
  rmSync(path, { recursive: true });
  troubled.write('back');
  troubled.flush();
  expect(readFileSync(path, 'utf8')).toContain('back');
  expect(troubles[1]).toContain('2 lines were lost');
});

test('a log that cannot be opened at the start is an error of the caller', () => {
  mkdirSync(path);
  expect(() => sink()).toThrow(/EISDIR/);
});

test('more than is worth keeping is written at once', () => {
  const busy = sink();
  for (let line = 0; line < 3000; line++) busy.write(`START: echo pid=${line}`);
  expect(readFileSync(path, 'utf8').match(/pid=\d+/g)?.length).toBeGreaterThan(1000);
  busy.close();
  expect(readFileSync(path, 'utf8').match(/pid=\d+/g)).toHaveLength(3000);
});

test('a close that fails is told and ends nothing', () => {
  const failing = sink();
  const descriptor = readdirSync('/proc/self/fd').find((number) => linkOf(number) === path);
  closeSync(Number(descriptor));
  failing.reopen();
  expect(troubles).toEqual([expect.stringMatching(/^ERROR echo log \S+ cannot be written: EBADF/)]);
  failing.write('again');
  failing.close();
  expect(readFileSync(path, 'utf8')).toMatch(/: again\n$/);
});

/** The descriptor that read the folder has gone by the time that it is asked for. */
function linkOf(number: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${number}`);
  } catch {
    return undefined;
  }
}
