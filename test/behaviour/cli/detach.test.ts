/** Becoming a daemon: the command ends when the services are open, with a status that is true. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { endDetached, startDetached } from '../../daemon/detached.ts';
import { type KinetdOptions, service } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { descriptors, procFile, statFields } from '../../daemon/processes.ts';

const words = ['-f', '@FOLDER@/x.conf', '-pidfile', '@FOLDER@/pid', '-filelog', '@FOLDER@/log'] as const;

function xinetd(text: string, more: readonly string[] = []): KinetdOptions {
  return { files: { 'x.conf': text }, command: ['xinetd', ...words, ...more] };
}

test('the services are open when the command ends, with status 0', async () => {
  const port = await fixedPort();
  const { status, pid, command } = await startDetached(xinetd(service('echo', { port })));
  expect(status).toBe(0);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  expect(command.read('log')).toMatch(new RegExp(`xinetd\\[${pid}\\]: NOTICE: Started working: 1 available service\n`));
  await endDetached(pid);
  expect(existsSync(join(command.folder, 'pid'))).toBe(false);
  expect(command.read('log')).toMatch(/WARNING: Exiting\.\.\.\n$/);
});

test('the daemon leads a session of its own, stands in /, and holds nothing of the terminal', async () => {
  const { pid } = await startDetached(xinetd(service('echo', {})));
  const [, , group, session, terminal] = statFields(pid);
  expect([group, session, terminal]).toEqual([String(pid), String(pid), '0']);
  expect(realpathSync(`/proc/${pid}/cwd`)).toBe('/');
  const open = descriptors(pid);
  for (const descriptor of [0, 1, 2]) expect(open.get(descriptor)).toBe('/dev/null');
});

test('servers know nothing of how the daemon was started', async () => {
  const port = await fixedPort();
  const entry = service('env', { port, server: '/bin/cat', server_args: '/proc/self/environ' });
  await startDetached(xinetd(entry));
  expect((await talk({ host: '127.0.0.1', port })).text).not.toContain('KINETD_DETACHED');
});

test('SIGHUP and SIGTERM reach it', async () => {
  const port = await fixedPort();
  const { pid, command } = await startDetached(xinetd(service('echo', {})));
  command.write('x.conf', service('echo', { port }));
  process.kill(pid, 'SIGHUP');
  await command.file('log', /Reconfigured: new=1 old=0 dropped=1/);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test.each([
  ['a configuration that is not there', ['xinetd', '-f', '@FOLDER@/absent', ...words.slice(2)], /absent/],
  ['no service at all', ['xinetd', '-f', '@FOLDER@/empty', ...words.slice(2)], /no services/],
  ['an error in defaults', ['xinetd', '-f', '@FOLDER@/defaults', ...words.slice(2)], /instances/],
] as const)('%s ends the command with status 1', async (_, command, message) => {
  const daemon = await startDetached({
    files: { empty: 'defaults\n{\n}\n', defaults: `defaults\n{\n\tinstances = x\n}\n${service('echo', {})}` },
    command,
  });
  expect(daemon.status).toBe(1);
  expect(daemon.command.errors + daemon.command.read('log')).toMatch(message);
  expect(daemon.command.read('log')).toMatch(/CRITICAL: .*Exiting\.\.\.\n$/);
  expect(existsSync(join(daemon.command.folder, 'pid'))).toBe(false);
});

test('what is wrong with the configuration is shown on the terminal before the command ends', async () => {
  const { status, command } = await startDetached(
    xinetd(service('echo', {}) + service('bad', { server: '/nonexistent' })),
  );
  expect(status).toBe(0);
  expect(command.errors).toMatch(/\/nonexistent/);
});

test('-stayalive detaches without a single service', async () => {
  const { status, pid, command } = await startDetached(xinetd('defaults\n{\n}\n', ['-stayalive']));
  expect(status).toBe(0);
  const port = await fixedPort();
  command.write('x.conf', service('late', { port }));
  process.kill(pid, 'SIGHUP');
  await command.file('log', /Reconfigured: new=1/);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test('a second daemon on the same ports starts, and says which services it lacks', async () => {
  const port = await fixedPort();
  await startDetached(xinetd(service('echo', { port })));
  const second = await startDetached(xinetd(service('echo', { port })));
  expect(second.status).toBe(1);
  expect(second.command.read('log')).toMatch(
    /ERROR: bind failed \(Address already in use \(errno = 98\)\)\. service = echo\n/,
  );
  expect(second.command.read('log')).toMatch(/CRITICAL: no services\. Exiting\.\.\.\n$/);
});

test('the umask of the daemon is the one it was started with', async () => {
  const { pid } = await startDetached({ ...xinetd(service('echo', {})), shell: 'umask 027' });
  expect(procFile(pid, 'status')).toMatch(/^Umask:\s*0027$/m);
});
