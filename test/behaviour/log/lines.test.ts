/** The lines that a service leaves in its log: xinetd's, byte for byte. */
import { statSync } from 'node:fs';
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const time = String.raw`\d\d/\d{1,2}/\d{1,2}@\d\d:\d\d:\d\d`;
const everything = 'PID HOST EXIT DURATION';

function logged(id: string, attributes: Readonly<Record<string, string>> = {}): string {
  return service(id, { log_type: `FILE @FOLDER@/${id}.log`, log_on_success: everything, ...attributes });
}

/** The lines of a log without their times. */
function lines(daemon: Kinetd, name: string): string[] {
  return daemon
    .read(name)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(new RegExp(`^${time}: `), ''));
}

test('START and EXIT of a connection in a file, with the time in front', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': logged('echo') } });
  await talk(await daemon.address('echo'), { send: 'x' });
  await daemon.file('echo.log', /EXIT.*\n/);
  const [, pid] = daemon.read('echo.log').match(/pid=(\d+)/) ?? [];
  expect(daemon.read('echo.log')).toMatch(
    new RegExp(
      `^${time}: START: echo pid=${pid} from=127\\.0\\.0\\.1\n${time}: EXIT: echo status=0 pid=${pid} duration=[0-9]+\\(sec\\)\n$`,
    ),
  );
});

test('the time is local, with year, hour, minute and second in two digits and month and day in as many as they need', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': logged('echo') }, environment: { TZ: 'UTC0' } });
  const before = Math.floor(Date.now() / 1000) * 1000;
  await talk(await daemon.address('echo'));
  const [, year, month, day, hour, minute, second] =
    (await daemon.file('echo.log', /^(\d\d)\/(\d+)\/(\d+)@(\d\d):(\d\d):(\d\d): START/)) ?? [];
  const written = Date.UTC(
    2000 + Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  expect(written).toBeGreaterThanOrEqual(before);
  expect(written).toBeLessThanOrEqual(Date.now());
  expect(`${month} ${day}`).not.toMatch(/\b0/);
});

test('the exit status of a server, and the signal that ended it', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': logged('fails', { server: '@FOLDER@/fails' }) + logged('killed', { server: '@FOLDER@/killed' }),
      fails: shell('exit 3\n'),
      killed: shell('kill -9 $$\n'),
    },
  });
  await talk(await daemon.address('fails'));
  await talk(await daemon.address('killed'));
  await daemon.file('fails.log', /EXIT: fails status=3 pid=\d+ duration=\d+\(sec\)\n/);
  await daemon.file('killed.log', /EXIT: killed signal=9 pid=\d+ duration=\d+\(sec\)\n/);
});

/** log_on_success and what it gives. */
const successes: readonly (readonly [string, readonly RegExp[]])[] = [
  ['PID', [/^START: s pid=\d+$/]],
  ['HOST', [/^START: s from=127\.0\.0\.1$/]],
  ['EXIT', [/^START: s$/, /^EXIT: s status=0$/]],
  ['DURATION', [/^START: s$/, /^EXIT: s duration=\d+\(sec\)$/]],
  ['HOST EXIT', [/^START: s from=127\.0\.0\.1$/, /^EXIT: s status=0$/]],
  ['PID DURATION', [/^START: s pid=\d+$/, /^EXIT: s pid=\d+ duration=\d+\(sec\)$/]],
  ['USAGE', [/^START: s$/, /^EXIT: s cpu=\d+\.\d{3}\(sec\) memory<?=[1-9]\d*\(kB\)$/]],
  [
    'PID HOST EXIT DURATION USAGE',
    [
      /^START: s pid=\d+ from=127\.0\.0\.1$/,
      /^EXIT: s status=0 pid=\d+ duration=\d+\(sec\) cpu=\d+\.\d{3}\(sec\) memory<?=[1-9]\d*\(kB\)$/,
    ],
  ],
];

test('each flag of log_on_success adds its part and no other', async () => {
  const entries = successes.map(([flags], index) =>
    logged(`s${index}`, { log_type: `FILE @FOLDER@/${index}.log`, log_on_success: flags }),
  );
  const daemon = await startKinetd({ files: { 'x.conf': entries.join('') } });
  for (const [index, [flags, expected]] of successes.entries()) {
    await talk(await daemon.address(`s${index}`));
    await daemon.file(`${index}.log`, expected.length === 2 ? /EXIT.*\n/ : /START.*\n/);
    const found = lines(daemon, `${index}.log`).map((line) => line.replace(`: s${index}`, ': s'));
    expect(found, flags).toHaveLength(expected.length);
    for (const [at, pattern] of expected.entries()) expect(found[at], flags).toMatch(pattern);
  }
});

test('without flags nothing is logged, and no file is made', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': logged('silent', { log_on_success: '', log_on_failure: '' }) + logged('loud'),
    },
  });
  await talk(await daemon.address('silent'));
  await talk(await daemon.address('loud'));
  await daemon.file('loud.log', /EXIT/);
  expect(daemon.read('silent.log')).toBe('');
});

test('a refused client leaves a FAIL line with the reason, and its address when HOST is asked for', async () => {
  const refuses = (id: string, flags: string): string => logged(id, { no_access: '127.0.0.1', log_on_failure: flags });
  const daemon = await startKinetd({ files: { 'x.conf': refuses('host', 'HOST') + refuses('attempt', 'ATTEMPT') } });
  for (const id of ['host', 'attempt']) expect((await talk(await daemon.address(id))).text).toBe('');
  await daemon.file('host.log', /FAIL.*\n/);
  await daemon.file('attempt.log', /FAIL.*\n/);
  expect(lines(daemon, 'host.log')).toEqual(['FAIL: host address from=127.0.0.1']);
  expect(lines(daemon, 'attempt.log')).toEqual(['FAIL: attempt address']);
});

test('services that take log_type from defaults share one file', async () => {
  const defaults = 'defaults\n{\n\tlog_type = FILE @FOLDER@/common.log\n\tlog_on_success = HOST\n}\n';
  const daemon = await startKinetd({ files: { 'x.conf': defaults + service('one', {}) + service('two', {}) } });
  await talk(await daemon.address('one'));
  await talk(await daemon.address('two'));
  await daemon.file('common.log', /two.*\n/);
  expect(lines(daemon, 'common.log')).toEqual(['START: one from=127.0.0.1', 'START: two from=127.0.0.1']);
});

test('the start of a server is logged before its end, however short it is', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': logged('short', { server: '/bin/true', cps: '1000 1', log_on_success: 'PID EXIT' }) },
  });
  const address = await daemon.address('short');
  await Promise.all(Array.from({ length: 40 }, () => talk(address)));
  await until(() => (lines(daemon, 'short.log').length === 80 ? true : undefined));
  const seen = new Set<string | undefined>();
  for (const line of lines(daemon, 'short.log')) {
    const [, event, pid] = line.match(/^(\w+):.* pid=(\d+)/) ?? [];
    if (event === 'EXIT') expect(seen).toContain(pid);
    else seen.add(pid);
  }
  expect(seen.size).toBe(40);
});

test('a service whose log cannot be opened does not run, and says why; the others do', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': logged('lost', { log_type: 'FILE @FOLDER@/absent/lost.log' }) + logged('echo') },
  });
  await daemon.says(/error: creation of lost log failed: ENOENT/);
  await daemon.says(/error: Service lost failed to start and is deactivated\./);
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
  expect(daemon.errors).toContain('Started working: 1 available service\n');
});

test('past its hard limit a log grows no further, and the daemon says so once', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': logged('echo', { log_type: 'FILE @FOLDER@/echo.log 100 200' }) },
  });
  const address = await daemon.address('echo');
  for (let visit = 0; visit < 5; visit++) await talk(address);
  await daemon.says(/Size of echo log exceeded soft limit/);
  await daemon.says(/Size of echo log exceeded hard limit/);
  await daemon.reload();
  for (let visit = 0; visit < 3; visit++) await talk(address);
  await daemon.reload();
  expect(daemon.read('echo.log').length).toBeLessThanOrEqual(200);
  expect(daemon.read('echo.log')).toMatch(/\n$/);
});

test('a client that has gone before it was accepted is still logged with its address', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': logged('echo') } });
  const { host, port } = await daemon.address('echo');
  daemon.signal('SIGSTOP');
  const socket = connect({ host, port });
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.resetAndDestroy();
  daemon.signal('SIGCONT');
  await daemon.file('echo.log', /START: echo pid=\d+ from=127\.0\.0\.1\n/);
  await daemon.file('echo.log', /EXIT: echo/);
});

test('the file is made readable for all and writable for its owner', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': logged('echo') }, shell: 'umask 0' });
  await talk(await daemon.address('echo'));
  await daemon.file('echo.log', /START/);
  expect(statSync(`${daemon.folder}/echo.log`).mode & 0o777).toBe(0o644);
});
