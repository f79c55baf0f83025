/** Which services share a log, and what a reload makes of one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { ServiceLogs } from '../../../src/daemon/mod.ts';
import type { Sink } from '../../../src/log/mod.ts';
import type { Service } from '../../../src/model/mod.ts';
import { openLog } from '../../../src/os/mod.ts';
import { serviceOf } from './service.ts';

function logs(): { path: string; all: ServiceLogs } {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-logs-'));
  const all = new ServiceLogs({
    syslog: () => true,
    ident: 'kinetd',
    terminal: undefined,
    clock: () => 0,
    later() {},
    openFile: openLog,
    daemonLog: { write() {}, reopen() {} },
  });
  onTestFinished(() => {
    all.close();
    rmSync(folder, { recursive: true });
  });
  return { path: join(folder, 'service.log'), all };
}

function logging(path: string, hardLimit: number | undefined): Service {
  const sink = { kind: 'file', path, softLimit: undefined, hardLimit, shared: false } as const;
  return {
    ...serviceOf('a'),
    logging: {
      sink,
      onSuccess: new Set(['HOST'] as const),
      onFailure: new Set(),
      format: 'xinetd',
      addressPrivacy: 'full',
    },
  };
}

function sinkOf(all: ServiceLogs, service: Service): Sink {
  const sink = all.of(service)?.sink;
  if (sink === undefined) throw new Error('the service logs');
  return sink;
}

test('a service that asks again has the same log', () => {
  const { path, all } = logs();
  expect(sinkOf(all, logging(path, 100))).toBe(sinkOf(all, logging(path, 100)));
});

test('a reload that raises the limit of a full log lets it grow', () => {
  const { path, all } = logs();
  sinkOf(all, logging(path, 1)).write('too long for one byte');
  const sink = sinkOf(all, logging(path, 1000));
  all.reopen(new Set([sink]));
  sink.write('now there is room');
  all.close();
  expect(readFileSync(path, 'utf8')).toMatch(/: now there is room\n$/);
});
