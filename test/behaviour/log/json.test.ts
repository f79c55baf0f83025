/** `log_format = json` in each place that lines go to, and `--log-format json` for all that stderr gets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { root, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canFakeSyslog, startSyslog, withSyslog } from '../../daemon/syslog.ts';

function objects(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const all = { log_on_success: 'HOST PID EXIT DURATION USAGE', log_on_failure: 'HOST', log_format: 'json' };
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test('a file has an object on each line, with the keys that the flags ask for', async () => {
  const file = { ...all, log_type: 'FILE @FOLDER@/log' };
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('cat', file) +
        service('false', { ...file, log_on_success: 'EXIT', server: '/bin/false' }) +
        service('closed', { ...file, only_from: '192.0.2.1' }) +
        service('plain', { log_type: 'FILE @FOLDER@/log', log_on_failure: 'HOST', only_from: '192.0.2.1' }),
    },
  });
  expect((await talk(await daemon.address('cat'), { send: 'x' })).text).toBe('x');
  await daemon.file('log', /"event":"exit"/);
  await talk(await daemon.address('closed'));
  await talk(await daemon.address('false'));
  await daemon.file('log', /"service":"false","event":"exit"/);
  const [start, exit, fail, begun, failed] = objects(daemon.read('log'));
  expect(start).toEqual({ time, service: 'cat', event: 'start', pid: expect.any(Number), address: '127.0.0.1' });
  expect(exit).toEqual({
    time,
    service: 'cat',
    event: 'exit',
    pid: start?.['pid'],
    address: '127.0.0.1',
    status: 0,
    duration_seconds: expect.any(Number),
    cpu_seconds: expect.any(Number),
    memory_bytes: expect.any(Number),
  });
  expect(fail).toEqual({ time, service: 'closed', event: 'fail', reason: 'address', address: '127.0.0.1' });
  expect(begun).toEqual({ time, service: 'false', event: 'start' });
  expect(failed).toEqual({ time, service: 'false', event: 'exit', status: 1 });
  // Another service may write its own kind of line to the same file.
  await talk(await daemon.address('plain'));
  await daemon.file('log', /^\d\d\/\d+\/\d+@[\d:]+: FAIL: plain address from=127\.0\.0\.1$/m);
});

test.runIf(canFakeSyslog)('syslog gets the object as its text', async () => {
  const socket = join(testFolder(), 'log');
  const syslog = await startSyslog(socket);
  const daemon = await startKinetd({
    files: { 'x.conf': service('closed', { ...all, log_type: 'SYSLOG local0', only_from: '192.0.2.1' }) },
    wrapper: withSyslog(socket),
  });
  await talk(await daemon.address('closed'));
  const [, object = ''] = await syslog.hears(/kinetd\[\d+\]: (\{.*"event":"fail".*\})/);
  expect(JSON.parse(object)).toMatchObject({ service: 'closed', reason: 'address', address: '127.0.0.1' });
});

test('--log-format json: stderr has nothing but objects, whatever the configuration has wrong', async () => {
  const wrong = service('wrong', { instances: 'many' });
  const daemon = await startKinetd({
    files: { 'x.conf': service('cat', {}) + wrong },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--log-format', 'json'],
  });
  const [, port] = await daemon.says(/"text":"cat: tcp 127\.0\.0\.1:(\d+)"/);
  expect((await talk({ host: '127.0.0.1', port: Number(port) }, { send: 'x' })).text).toBe('x');
  await daemon.says(/"event":"exit"/);
  await daemon.reload();
  await daemon.stop();
  const lines = objects(daemon.errors);
  expect(lines).toContainEqual({
    time,
    event: 'message',
    level: 'error',
    text: expect.stringMatching(/^service wrong: .*many/),
  });
  expect(lines).toContainEqual(expect.objectContaining({ service: 'cat', event: 'start', address: '127.0.0.1' }));
  expect(lines.every((line) => typeof line['time'] === 'string')).toBe(true);
});

test('what a server writes to stderr cannot end its line', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('loud', { ...all, log_type: 'FILE @FOLDER@/log', stderr: 'log', server: '@FOLDER@/program' }),
      program: '#!/bin/sh\nprintf \'a"b\\\\\\033[31m\\342\\200\\250\\r{"event":"start"}\\n\' >&2\n',
    },
  });
  await talk(await daemon.address('loud'));
  await daemon.file('log', /"event":"exit"/);
  const said = objects(daemon.read('log')).find(({ event }) => event === 'stderr');
  expect(said?.['text']).toContain('{"event":"start"}');
  expect(daemon.read('log')).not.toContain('\u001b');
  expect(daemon.read('log')).not.toContain('\u00e2\u0080\u00a8');
});

test('docs/logging.md has a row for each key, in their order', () => {
  const page = readFileSync(join(root, 'docs/logging.md'), 'utf8');
  const source = readFileSync(join(root, 'src/log/service-object.ts'), 'utf8');
  const [, members = ''] = /interface ServiceObject \{(.*?)\n\}/s.exec(source) ?? [];
  const keys = [...members.matchAll(/^ {2}readonly (\w+)/gm)].map(([, key]) => key);
  const rows = [...page.matchAll(/^\| `(\w+)` \| .*\| .*\| .* \|$/gm)].map(([, key]) => key);
  expect(rows).toEqual(keys);
});
