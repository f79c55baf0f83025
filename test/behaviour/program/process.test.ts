/** The process that a server is: session, signals, descriptors, umask, nice, resource limits, working directory. */
import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { currentUser, isRoot, type KinetdOptions, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { statFields } from '../../daemon/processes.ts';
import { shell } from '../../daemon/programs.ts';

/** What `cat FILE` answers as a server. */
async function answer(
  file: string,
  attributes: Readonly<Record<string, string | number>> = {},
  options: Partial<KinetdOptions> = {},
): Promise<string> {
  const entry = service('show', { server: '/bin/cat', server_args: file, ...attributes });
  const daemon = await startKinetd({ files: { 'x.conf': entry }, ...options });
  return (await talk(await daemon.address('show'))).text;
}

function field(text: string, name: string): string | undefined {
  return text.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1];
}

/** Soft and hard limit from proc(5)'s table. */
function limit(text: string, name: string): [string | undefined, string | undefined] {
  const match = text.match(new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm'));
  return [match?.[1], match?.[2]];
}

test('no signal is blocked, ignored or caught, whatever the daemon does with its own', async () => {
  const status = await answer('/proc/self/status', {}, { shell: "trap '' INT HUP PIPE" });
  const none = '0000000000000000';
  expect(field(status, 'SigBlk')).toBe(none);
  expect(field(status, 'SigIgn')).toBe(none);
  expect(field(status, 'SigCgt')).toBe(none);
});

test('it leads a session of its own without a terminal', async () => {
  const text = await answer('/proc/self/stat');
  const [pid] = text.split(' ');
  const [, parent, group, session, terminal] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  expect(group).toBe(pid);
  expect(session).toBe(pid);
  expect(terminal).toBe('0');
  expect(parent).not.toBe('1');
});

test('descriptors 0, 1 and 2 are the connection, and there are no others', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('show', { server: '/bin/ls', server_args: '-l /proc/self/fd' }), held: 'open' },
    shell: 'exec 5<held 9>>written',
  });
  const { text } = await talk(await daemon.address('show'));
  const open = [...text.matchAll(/ (\d+) -> (\S+)/g)].map(([, number, what]) => [number, what?.replace(/\d+/, 'N')]);
  expect(open.slice(0, 3)).toEqual([
    ['0', 'socket:[N]'],
    ['1', 'socket:[N]'],
    ['2', 'socket:[N]'],
  ]);
  // ls itself reads the directory.
  expect(open.slice(3)).toEqual([['3', '/proc/N/fd']]);
  expect(new Set([...text.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode)).size).toBe(1);
});

test('its descriptors are blocking', async () => {
  for (const descriptor of [0, 1, 2]) {
    const flags = Number.parseInt(field(await answer(`/proc/self/fdinfo/${descriptor}`), 'flags') ?? '', 8);
    expect(flags & 0o4000).toBe(0);
    expect(flags & 0o3).toBe(2);
  }
});

test('what it writes to stderr goes to the client', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('show', { server: '@FOLDER@/complain' }), complain: shell('echo out; echo err >&2\n') },
  });
  expect((await talk(await daemon.address('show'))).text).toBe('out\nerr\n');
  expect(daemon.errors).not.toMatch(/^err$/m);
});

test('it starts in the root directory', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('show', { server: '/bin/pwd' }) } });
  expect((await talk(await daemon.address('show'))).text).toBe('/\n');
});

test("its umask is the daemon's, but never lets group or others write", async () => {
  expect(field(await answer('/proc/self/status', {}, { shell: 'umask 0' }), 'Umask')).toBe('0022');
  expect(field(await answer('/proc/self/status', {}, { shell: 'umask 057' }), 'Umask')).toBe('0077');
});

test('umask sets it', async () => {
  expect(field(await answer('/proc/self/status', { umask: '007' }, { shell: 'umask 077' }), 'Umask')).toBe('0007');
});

test("nice adds to the daemon's nice value", async () => {
  const entry = service('show', { server: '/bin/cat', server_args: '/proc/self/stat', nice: 5 });
  const daemon = await startKinetd({ files: { 'x.conf': entry } });
  const { text } = await talk(await daemon.address('show'));
  const nice = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16]);
  expect(nice).toBe(Math.min(19, Number(statFields(daemon.pid)[16]) + 5));
});

test.runIf(isRoot)('a negative nice makes it more important', async () => {
  const entry = service('show', { server: '/bin/cat', server_args: '/proc/self/stat', nice: -3 });
  const daemon = await startKinetd({ files: { 'x.conf': entry } });
  const { text } = await talk(await daemon.address('show'));
  const nice = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16]);
  expect(nice).toBe(Math.max(-20, Number(statFields(daemon.pid)[16]) - 3));
});

test('resource limits are what the configuration says, soft and hard', async () => {
  const limits = await answer('/proc/self/limits', {
    rlimit_as: '64M',
    rlimit_cpu: 5,
    rlimit_data: '32M',
    rlimit_files: 64,
    rlimit_rss: '16384K',
    rlimit_stack: '1M',
  });
  const mega = (count: number): string => String(count * 1024 * 1024);
  expect(limit(limits, 'Max address space')).toEqual([mega(64), mega(64)]);
  expect(limit(limits, 'Max cpu time')).toEqual(['5', '5']);
  expect(limit(limits, 'Max data size')).toEqual([mega(32), mega(32)]);
  expect(limit(limits, 'Max open files')).toEqual(['64', '64']);
  expect(limit(limits, 'Max resident set')).toEqual([mega(16), mega(16)]);
  expect(limit(limits, 'Max stack size')).toEqual([mega(1), mega(1)]);
});

test("without rlimit_files it may open as many files as the daemon's hard limit says, as under xinetd", async () => {
  const limits = await answer('/proc/self/limits', {}, { shell: 'ulimit -Sn 100; ulimit -Hn 200' });
  expect(limit(limits, 'Max open files')).toEqual(['200', '200']);
});

test('a limit ends a server that goes beyond it, and nobody else', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('greedy', { server: '@FOLDER@/spin', rlimit_cpu: 1 }) + service('echo', { server: '/bin/cat' }),
      spin: shell('while :; do :; done\n'),
    },
  });
  await talk(await daemon.address('greedy'));
  await daemon.says(/^EXIT: greedy signal=(9|24) pid=\d+/m);
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
});

test("a server of an inetd.conf has openbsd-inetd's umask", async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({
    files: {
      'inetd.conf': `127.0.0.1:${port} stream tcp nowait ${currentUser()} /bin/cat cat /proc/self/status\n`,
    },
    shell: 'umask 077',
  });
  await daemon.address(String(port));
  expect(field((await talk({ host: '127.0.0.1', port })).text, 'Umask')).toBe('0022');
});
