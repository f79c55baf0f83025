/** What a launched server finds: the promises of the launch, each seen from inside the server. */
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { catOfProc, launchOnce, shell, statField, statusField } from './server.ts';

test('the server gets the argv of the plan, argv[0] included', () => {
  const { output } = launchOnce({ plan: { program: '/bin/cat', argv: ['any name', '/proc/self/cmdline'] } });
  expect(output).toBe('any name\0/proc/self/cmdline\0');
});

test('the environment is that of the plan and then that of the connection, and nothing else', () => {
  const job = { plan: { environment: ['A=1', 'EMPTY='] }, connectionEnvironment: ['REMOTE_HOST=::1', 'B=zwei'] };
  expect(catOfProc(['environ'], job).output).toBe('A=1\0EMPTY=\0REMOTE_HOST=::1\0B=zwei\0');
  expect(catOfProc(['environ']).output).toBe('');
});

test('an environment larger than the buffer for usual ones arrives whole', () => {
  const long = Array.from({ length: 3000 }, (_, i) => `VARIABLE_${i}=${'x'.repeat(i % 50)}`);
  const { output } = catOfProc(['environ'], { plan: { environment: ['FIRST=1'] }, connectionEnvironment: long });
  expect(output).toBe(['FIRST=1', ...long, ''].join('\0'));
});

test('every signal is at its default and none is blocked, though Node ignores SIGPIPE and has handlers', () => {
  const { output } = catOfProc(['status'], { handler: true });
  for (const name of ['SigBlk', 'SigIgn', 'SigCgt']) expect(statusField(output, name)).toMatch(/^0+$/);
});

test('the daemon keeps its signal mask and still gets its signals', () => {
  const { daemon } = catOfProc(['status'], { handler: true });
  expect(daemon.interrupted).toBeGreaterThan(0);
  expect(daemon.blocked).toMatch(/^0+$/);
});

test('the server leads a session and a process group of its own, as a child of the daemon', () => {
  const { output, launched, daemon } = catOfProc(['stat']);
  const pid = launched.ok ? launched.pid : 0;
  expect({ parent: statField(output, 4), group: statField(output, 5), session: statField(output, 6) }).toEqual({
    parent: daemon.pid,
    group: pid,
    session: pid,
  });
});

test('the umask is that of the plan', () => {
  expect(statusField(catOfProc(['status'], { plan: { umask: 0o137 } }).output, 'Umask')).toBe('0137');
});

test('nice adds to the nice value of the daemon', () => {
  const daemons = statField(catOfProc(['stat']).output, 19);
  expect(statField(catOfProc(['stat'], { plan: { nice: 3 } }).output, 19)).toBe(Math.min(19, daemons + 3));
});

test('resource limits are set soft and hard alike', () => {
  const resourceLimits = [
    { name: 'nofile', value: 77 },
    { name: 'cpu', value: 1234 },
    { name: 'data', value: 2 ** 33 },
  ] as const;
  const { output } = catOfProc(['limits'], { plan: { resourceLimits } });
  expect(output).toMatch(/^Max open files +77 +77 /m);
  expect(output).toMatch(/^Max cpu time +1234 +1234 /m);
  expect(output).toMatch(/^Max data size +8589934592 +8589934592 /m);
});

test('an infinite resource limit is no limit', () => {
  const { output, launched } = catOfProc(['limits'], { plan: { resourceLimits: [{ name: 'cpu', value: Infinity }] } });
  if (launched.ok) expect(output).toMatch(/^Max cpu time +unlimited +unlimited /m);
  else expect(launched.step).toBe('limits'); // an ordinary user whose own limit is finite may not lift it
});

test('the server starts in the working directory of the plan', () => {
  expect(shell('pwd', { plan: { workingDirectory: '/proc' } }).output).toBe('/proc\n');
});

test('no_new_privs is set when the plan says so, and on the daemon never', () => {
  const of = (noNewPrivileges: boolean): string | undefined =>
    statusField(catOfProc(['status'], { plan: { noNewPrivileges } }).output, 'NoNewPrivs');
  expect([of(false), of(true)]).toEqual(['0', '1']);
  expect(statusField(readFileSync('/proc/self/status', 'utf8'), 'NoNewPrivs')).toBe('0');
});

test('nothing but 0, 1 and 2 is open, even when the daemon holds a descriptor without close-on-exec', () => {
  const { output } = launchOnce({ leak: true, plan: { program: '/bin/ls', argv: ['ls', '/proc/self/fd'] } });
  expect(output).toBe('0\n1\n2\n3\n'); // 3 is the folder that ls reads
});

test('the descriptors to hand over may be 0, 1 and 2 in any order', () => {
  const report = shell('echo from 0 >&0; echo from 1 >&1; echo from 2 >&2', { shuffle: true });
  // Stdin was the daemon's descriptor 1, stdout its 2, stderr its 0.
  expect([report.text('1'), report.text('2'), report.text('0')]).toEqual(['from 0\n', 'from 1\n', 'from 2\n']);
});

test('ids stay as they are without an identity', () => {
  const uid = process.getuid?.() ?? -1;
  expect(statusField(catOfProc(['status']).output, 'Uid')).toBe([uid, uid, uid, uid].join('\t'));
});
