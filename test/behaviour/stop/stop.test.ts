/** SIGTERM and Ctrl-C: no more clients, and the servers are told to end, then made to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { type OpenConnection, open, talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { children, gone, statusField } from '../../daemon/processes.ts';
import { shell } from '../../daemon/programs.ts';
import { alive, until } from '../../daemon/until.ts';

const logged = { log_type: 'FILE @FOLDER@/log', log_on_success: 'PID EXIT' };

function start(server: string, words: readonly string[] = []): Promise<Kinetd> {
  return startKinetd({
    files: { 'x.conf': service('work', { server: '@FOLDER@/server', ...logged }), server: shell(server) },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', ...words],
  });
}

async function connected(daemon: Kinetd): Promise<OpenConnection> {
  const connection = await open(await daemon.address('work'));
  await connection.receive(/ready/);
  return connection;
}

const stubborn = "trap '' TERM; echo ready; while :; do sleep 1; done\n";

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends its servers and then the daemon, with status 0', async (signal) => {
  const daemon = await start('echo ready; exec sleep 1000\n');
  const connection = await connected(daemon);
  const [pid = -1] = children(daemon.pid);
  daemon.signal(signal);
  expect(await daemon.ended()).toBe(0);
  await connection.closed();
  expect(alive(pid)).toBe(false);
  expect(daemon.errors).toMatch(/^kinetd: warning: Exiting\.\.\.$/m);
  expect(daemon.read('log')).toMatch(new RegExp(`EXIT: work signal=15 pid=${pid}\n$`));
});

test('a daemon without servers ends at once', async () => {
  const daemon = await start('exit 0\n', ['--grace', '3600']);
  expect(await daemon.stop()).toBe(0);
});

test('SIGTERM reaches the descendants of a server, too', async () => {
  const daemon = await start('sleep 1000 & sleep 1000 & echo ready $!; wait\n');
  const connection = await connected(daemon);
  const grandchild = Number(/ready (\d+)/.exec(await connection.receive(/ready \d+\n/))?.[1]);
  expect(await daemon.stop()).toBe(0);
  await until(() => (gone(grandchild) ? true : undefined));
});

test('a server that ignores SIGTERM is killed after the time of --grace', async () => {
  const daemon = await start(stubborn, ['--grace', '1']);
  await connected(daemon);
  const [pid = -1] = children(daemon.pid);
  expect(await daemon.stop()).toBe(0);
  expect(alive(pid)).toBe(false);
  expect(daemon.read('log')).toMatch(/EXIT: work signal=9 /);
});

test('--grace 0 leaves no time', async () => {
  const daemon = await start(stubborn, ['--grace', '0']);
  await connected(daemon);
  expect(await daemon.stop()).toBe(0);
});

test.each(['SIGTERM', 'SIGINT'] as const)('a second signal (%s) waits no longer', async (signal) => {
  const daemon = await start(stubborn, ['--grace', '3600']);
  await connected(daemon);
  daemon.signal('SIGTERM');
  await daemon.says(/Exiting/);
  daemon.signal(signal);
  expect(await daemon.ended()).toBe(0);
});

test('a server that takes its time over SIGTERM gets it, and its last words reach the client', async () => {
  const daemon = await start(
    'trap \'while [ ! -e done ]; do sleep 0.1; done; echo goodbye; exit 5\' TERM; cd "$(dirname "$0")"; echo ready; while :; do sleep 0.1; done\n',
    ['--grace', '3600'],
  );
  const connection = await connected(daemon);
  daemon.signal('SIGTERM');
  await daemon.says(/Exiting/);
  const address = await daemon.address('work');
  await expect(talk(address), 'nobody is served any more').rejects.toThrow('ECONNREFUSED');
  writeFileSync(join(daemon.folder, 'done'), '');
  await connection.receive(/goodbye/);
  expect(await daemon.ended()).toBe(0);
  expect(daemon.read('log')).toMatch(/EXIT: work status=5 /);
});

test('SIGTERM in the middle of a reload ends the daemon', async () => {
  const daemon = await start('echo ready; exec cat\n');
  await connected(daemon);
  daemon.signal('SIGHUP');
  daemon.signal('SIGTERM');
  expect(await daemon.ended()).toBe(0);
});

test('SIGQUIT leaves the servers to themselves', async () => {
  const daemon = await start('echo ready; exec cat\n');
  const connection = await connected(daemon);
  const address = await daemon.address('work');
  const [pid = -1] = children(daemon.pid);
  daemon.signal('SIGQUIT');
  expect(await daemon.ended()).toBe(0);
  await expect(talk(address)).rejects.toThrow('ECONNREFUSED');
  connection.write('still here');
  await connection.receive(/still here/);
  connection.close();
  await until(() => (gone(pid) ? true : undefined));
});

test('signals of a terminal do not end it or stop it', async () => {
  const daemon = await start('echo ready; exec cat\n');
  await connected(daemon);
  for (const signal of ['SIGPIPE', 'SIGALRM', 'SIGTTIN', 'SIGTTOU', 'SIGTSTP', 'SIGWINCH'] as const) {
    daemon.signal(signal);
  }
  expect(await daemon.reload()).toMatch(/Reconfigured/);
  expect(statusField(daemon.pid, 'State')).not.toMatch(/^[Tt]/);
  await connected(daemon);
});
