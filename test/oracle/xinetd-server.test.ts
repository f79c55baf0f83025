/** What a server finds when xinetd starts it: ids, limits, signals, descriptors, argv. The environment has its own file. */
import { execFileSync } from 'node:child_process';

import { expect } from 'vitest';

import { UdpClient } from '../daemon/client.ts';
import { defaults, entry } from './entry.ts';
import { compare, same, sharedPair } from './pair.ts';
import { findings } from './probe.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd', root: true };
const needs6: Needs = { ...needs, ipv6: true };

const server = { server: '@PROBE@' };
const nobody = { server: '@PROBE@', user: 'nobody' };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  shell: 'umask 027; ulimit -n 700; ulimit -c 0',
  files: {
    'xinetd.conf': [
      defaults({ log_type: 'FILE @FOLDER@/service.log' }),
      entry('root', { ...server, server_args: 'one "two three"' }),
      entry('nobody', nobody),
      entry('numeric', { ...server, user: 12345 }),
      entry('group', { ...nobody, group: 'daemon' }),
      entry('groupnumber', { ...nobody, group: 54321 }),
      entry('groups', { ...nobody, groups: 'yes' }),
      entry('groupgroups', { ...nobody, group: 'daemon', groups: 'yes' }),
      entry('rootgroups', { ...server, group: 'daemon', groups: 'yes' }),
      entry('rootgroup', { ...server, group: 'daemon' }),
      entry('numericgroups', { ...server, user: 65534, groups: 'yes' }),
      entry('umask', { ...nobody, umask: '077' }),
      entry('loose', { ...nobody, umask: '000' }),
      entry('nice', { ...nobody, nice: 5 }),
      entry('eager', { ...server, nice: -5 }),
      entry('limits', {
        ...nobody,
        rlimit_as: '64M',
        rlimit_cpu: 5,
        rlimit_data: '32m',
        rlimit_rss: '1000K',
        rlimit_stack: '400k',
        rlimit_files: 64,
      }),
      entry('unlimited', { ...server, rlimit_as: 'UNLIMITED', rlimit_cpu: 'unlimited', rlimit_stack: 'UNLIMITED' }),
      entry('morefiles', { ...server, rlimit_files: 900 }),
      entry('name', { ...server, flags: 'NAMEINARGS', server_args: 'mysh -c x' }),
      entry('options', { ...server, flags: 'KEEPALIVE NODELAY REUSE' }),
      entry('listener', { ...nobody, wait: 'yes' }),
      entry('datagram', { ...nobody, socket_type: 'dgram' }),
      entry('four', { ...nobody, bind: undefined, flags: 'IPv4' }),
      entry('six', { ...nobody, bind: '::1' }),
      entry('sixonly', { ...nobody, bind: undefined, flags: 'IPv6' }),
      entry('dual', { ...nobody, bind: undefined }),
    ].join('\n'),
  },
}));

async function alike(id: string, expected: Readonly<Record<string, unknown>>, host?: string): Promise<void> {
  const { debian, kinetd } = await pair.both((side) => side.found(id, host));
  expect(debian.facts).toMatchObject(expected);
  expect(kinetd.facts).toEqual(debian.facts);
}

same(needs, 'user = root: ids of root, no supplementary groups, argv[0] is the name of the program', () =>
  alike('root', { ...ids('root', 'root'), 'status.Groups': '', argc: '4', 'argv.0': 'probe', 'argv.2': '"two' }),
);

same(needs, 'user: ids of passwd(5), no supplementary groups, no capabilities', () =>
  alike('nobody', { ...ids('nobody', 'nogroup'), 'status.Groups': '', 'status.CapEff': '0000000000000000' }),
);

same(needs, 'a numeric user is uid and gid', () =>
  alike('numeric', { 'status.Uid': four('12345'), 'status.Gid': four('12345') }),
);

same(needs, 'group replaces the primary group', () =>
  alike('group', { ...ids('nobody', 'daemon'), 'status.Groups': '' }),
);

same(needs, 'a numeric group is a gid', () => alike('groupnumber', { 'status.Gid': four('54321') }));

same(needs, 'groups = yes gives the groups of the user', () =>
  alike('groups', { ...ids('nobody', 'nogroup'), 'status.Groups': id('-G', 'nobody') }),
);

same(needs, 'groups = yes with group: the groups of the user with the primary group of passwd(5)', () =>
  alike('groupgroups', { ...ids('nobody', 'daemon'), 'status.Groups': id('-G', 'nobody') }),
);

same(needs, 'groups = yes for root', () => alike('rootgroups', ids('root', 'daemon')));

same(needs, 'group for root', () => alike('rootgroup', { ...ids('root', 'daemon'), 'status.Groups': '' }));

same(needs, 'groups = yes with a numeric user looks its name up', () =>
  alike('numericgroups', { 'status.Uid': four('65534'), 'status.Groups': id('-G', 'nobody') }),
);

same(needs, 'umask: as written, else what the daemon was started with and 022', async () => {
  await alike('nobody', { umask: '027' });
  await alike('umask', { umask: '077' });
  await alike('loose', { umask: '000' });
});

same(needs, 'nice is added, and root may go below', async () => {
  await alike('nobody', { nice: '0' });
  await alike('nice', { nice: '5' });
  await alike('eager', { nice: '-5' });
});

same(needs, 'rlimits are soft and hard alike', () =>
  alike('limits', {
    'limit.as': '67108864 67108864',
    'limit.cpu': '5 5',
    'limit.data': '33554432 33554432',
    'limit.rss': '1024000 1024000',
    'limit.stack': '409600 409600',
    'limit.nofile': '64 64',
  }),
);

same(needs, 'UNLIMITED is no limit', () =>
  alike('unlimited', { 'limit.as': '-1 -1', 'limit.cpu': '-1 -1', 'limit.stack': '-1 -1' }),
);

same(needs, 'descriptors: the hard limit of the daemon, or rlimit_files as far as the kernel allows', async () => {
  await alike('nobody', { 'limit.nofile': '700 700' });
  // Root in a container often may not raise it.
  await alike('morefiles', { 'limit.nofile': expect.stringMatching(/^(700 700|900 900)$/) });
});

same(needs, 'descriptors: a soft limit of the daemon does not count', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      shell: 'ulimit -Sn 300; ulimit -Hn 500',
      files: { 'xinetd.conf': entry('s', server) },
    },
    (side) => side.found('s'),
  );
  expect(debian.facts['limit.nofile']).toBe('500 500');
  expect(kinetd.facts).toEqual(debian.facts);
});

same(needs, 'NAMEINARGS: the first word of server_args is argv[0]', () =>
  alike('name', { argc: '3', 'argv.0': 'mysh', 'argv.1': '-c' }),
);

same(needs, 'KEEPALIVE and NODELAY are on in the connection', () =>
  alike('options', { 'socket.keepalive': '1', 'socket.nodelay': '1', 'socket.reuseaddr': '1' }),
);

same(needs, 'a wait stream server gets the listening socket', () =>
  alike('listener', { 'socket.listening': '1', 'descriptor.0': 'socket same-as-0 access=2 cloexec=0' }),
);

same(needs, 'a datagram server gets the socket with the datagram in it', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    await client.send(side.at('datagram'), 'hello');
    const answer = await client.answer();
    client.close();
    return findings(answer);
  });
  expect(debian.facts).toMatchObject({ input: 'hello', 'socket.type': '2', 'socket.peer': 'none' });
  expect(kinetd.facts).toEqual(debian.facts);
});

same(needs, 'signals, session, terminal, directory and descriptors', () =>
  alike('nobody', {
    'status.SigIgn': '0000000000000000',
    'status.SigBlk': '0000000000000000',
    'leads-session': '1',
    'leads-group': '1',
    terminal: 'No such device or address',
    directory: '/',
    'descriptor.0': 'socket same-as-0 access=2 cloexec=0',
    'descriptor.1': 'socket same-as-0 access=2 cloexec=0',
    'descriptor.2': 'socket same-as-0 access=2 cloexec=0',
  }),
);

same(needs6, 'the family of the socket: flags, then bind, else one for both', async () => {
  await alike('four', { 'socket.family': '2', 'socket.peer': 'inet 127.0.0.1' });
  await alike('six', { 'socket.family': '10', 'socket.peer': 'inet6 ::1' }, '::1');
  await alike('sixonly', { 'socket.peer': 'inet6 ::1' }, '::1');
  await alike('dual', { 'socket.family': '10', 'socket.peer': 'inet6 ::1' }, '::1');
});

same(needs, 'a client over IPv4 of a socket for both reaches a server that sees IPv4', () =>
  alike('dual', { 'socket.family': '2', 'socket.peer': 'inet 127.0.0.1' }),
);

function id(option: '-u' | '-g' | '-G', user: string): string {
  return execFileSync('id', [option, user], { encoding: 'latin1' }).trim();
}

function four(number: string): string {
  return `${number} ${number} ${number} ${number}`;
}

function ids(user: string, group: string): Readonly<Record<string, string>> {
  const gid = execFileSync('getent', ['group', group], { encoding: 'latin1' }).split(':')[2] ?? '';
  return { 'status.Uid': four(id('-u', user)), 'status.Gid': four(gid) };
}
