/** What a server finds when an inetd starts it: ids, limits, signals, descriptors, argv, environment. */
import { execFileSync } from 'node:child_process';

import { expect } from 'vitest';

import { UdpClient } from '../daemon/client.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import { connectionVariables as added, findings, without } from './probe.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'inetd', root: true };

const pair = sharedPair(needs, () => ({
  personality: 'inetd',
  shell: 'umask 027; ulimit -n 500; renice -n 4 $$ >/dev/null',
  environment: {
    DISPLAY: ':0',
    SSH_CLIENT: '10.0.0.1',
    TERM: 'vt100',
    CVSROOT: '/cvs',
    KEPT: 'as it is',
    TMPDIR: '/x',
  },
  files: {
    'inetd.conf': [
      '127.0.0.1:@PORT:plain@ stream tcp nowait root @PROBE@ probe one two',
      '127.0.0.1:@PORT:nobody@ stream tcp nowait nobody @PROBE@ other-name -x 3',
      '127.0.0.1:@PORT:group@ stream tcp nowait nobody:daemon @PROBE@ probe',
      '127.0.0.1:@PORT:dotted@ stream tcp nowait nobody.daemon @PROBE@ probe',
      '127.0.0.1:@PORT:rootgroup@ stream tcp nowait root:daemon @PROBE@ probe',
      '127.0.0.1:@PORT:bare@ stream tcp nowait nobody @PROBE@',
      '127.0.0.1:@PORT:listener@ stream tcp wait nobody @PROBE@ probe',
      '127.0.0.1:@PORT:datagram@ dgram udp wait nobody @PROBE@ probe',
      '127.0.0.1:@PORT:buffers@ stream tcp,sndbuf=20k,rcvbuf=30k nowait nobody @PROBE@ probe',
      '',
    ].join('\n'),
  },
}));

/** Debian's inetd, told to stay in the foreground, leaves servers where it was started; detached it is in `/`. */
const foreground = { directory: '/' };

async function servesAlike(port: string, expected: Readonly<Record<string, unknown>>): Promise<void> {
  const { debian, kinetd } = await pair.both((side) => side.found(port));
  expect(debian.facts).toMatchObject(expected);
  expect(kinetd.facts).toEqual({ ...debian.facts, ...foreground });
}

same(needs, 'a server of root keeps root and its own group, and gets every word of the line', () =>
  servesAlike('plain', {
    'status.Uid': '0 0 0 0',
    'status.Gid': '0 0 0 0',
    'status.Groups': '0',
    argc: '3',
    'argv.0': 'probe',
    'argv.2': 'two',
  }),
);

same(needs, 'a server of an ordinary user has its ids, its groups and no capability', () =>
  servesAlike('nobody', {
    'status.Uid': ids('nobody', '-u'),
    'status.Gid': ids('nobody', '-g'),
    'status.Groups': execFileSync('id', ['-G', 'nobody'], { encoding: 'latin1' }).trim(),
    'status.CapEff': '0000000000000000',
    'argv.0': 'other-name',
  }),
);

same(needs, 'user:group replaces the primary group', () =>
  servesAlike('group', { 'status.Uid': ids('nobody', '-u'), 'status.Gid': ids('daemon', '-g') }),
);

same(needs, 'user.group is another spelling of it', () =>
  servesAlike('dotted', { 'status.Uid': ids('nobody', '-u'), 'status.Gid': ids('daemon', '-g') }),
);

same(needs, 'the group of root is ignored', () => servesAlike('rootgroup', { 'status.Gid': '0 0 0 0' }));

same(needs, 'argv[0] is the last component of the program when the line gives none', () =>
  servesAlike('bare', { argc: '1', 'argv.0': 'probe' }),
);

same(needs, 'a wait stream server gets the listening socket, blocking', () =>
  servesAlike('listener', {
    'socket.listening': '1',
    'descriptor.0': 'socket same-as-0 access=2 cloexec=0',
    'descriptor.2': 'socket same-as-0 access=2 cloexec=0',
  }),
);

same(needs, 'signals, session, umask, nice value and descriptors are the same for every server', async () => {
  const { debian, kinetd } = await pair.both((side) => side.found('nobody'));
  const expected = {
    'status.SigIgn': '0000000000000000',
    'status.SigBlk': '0000000000000000',
    'leads-session': '1',
    'leads-group': '1',
    terminal: 'No such device or address',
    umask: '022',
    nice: '4',
    'descriptor.0': 'socket same-as-0 access=2 cloexec=0',
    'descriptor.1': 'socket same-as-0 access=2 cloexec=0',
    'descriptor.2': 'socket same-as-0 access=2 cloexec=0',
    'limit.nofile': '500 500',
  };
  expect(debian.facts).toMatchObject(expected);
  expect(kinetd.facts).toMatchObject(expected);
  for (const { facts } of [debian, kinetd]) expect(facts['descriptor.3']).toBeUndefined();
});

same(needs, 'a datagram server gets the socket with the datagram in it', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    await client.send(side.at('datagram'), 'hello');
    const answer = await client.answer();
    client.close();
    return findings(answer);
  });
  expect(debian.facts).toMatchObject({ input: 'hello', 'socket.type': '2', 'socket.peer': 'none' });
  expect(kinetd.facts).toEqual({ ...debian.facts, ...foreground });
});

same(needs, 'the environment is rid of what a login session puts there', async () => {
  const { debian, kinetd } = await pair.both((side) => side.found('nobody'));
  const kept = { KEPT: 'as it is', LANG: 'C.UTF-8', TZ: 'UTC' };
  expect(without(debian.environment, ['inetd_dummy'])).toEqual(kept);
  expect(without(kinetd.environment, added)).toEqual(kept);
});

difference(needs, 'servers of an inetd.conf learn about their connection from the environment', async () => {
  const { debian, kinetd } = await pair.both((side) => side.found('nobody'));
  for (const name of added) expect(debian.environment).not.toHaveProperty(name);
  expect(kinetd.environment).toMatchObject({ PROTO: 'TCP', REMOTE_HOST: '127.0.0.1', TCPREMOTEIP: '127.0.0.1' });
  expect(Object.keys(kinetd.environment)).toEqual(expect.arrayContaining([...added]));
});

difference(needs, "an inetd's own variable does not leak to its servers", async () => {
  const { debian, kinetd } = await pair.both((side) => side.found('nobody'));
  expect(debian.environment).toHaveProperty('inetd_dummy');
  expect(kinetd.environment).not.toHaveProperty('inetd_dummy');
});

difference(needs, 'what a supervisor tells the daemon does not leak to its servers', async () => {
  const told = {
    NOTIFY_SOCKET: '/nowhere/notify',
    WATCHDOG_USEC: '60000000',
    WATCHDOG_PID: '1',
    LISTEN_FDS: '1',
    LISTEN_PID: '1',
  };
  const { debian, kinetd } = await compare(
    {
      personality: 'inetd',
      environment: told,
      files: { 'inetd.conf': '127.0.0.1:@PORT:probe@ stream tcp nowait nobody @PROBE@ probe\n' },
    },
    (side) => side.found('probe'),
  );
  expect(debian.environment).toMatchObject(told);
  for (const name of Object.keys(told)) expect(kinetd.environment).not.toHaveProperty(name);
});

difference(needs, 'servers of an inetd in the foreground run in / as those of a detached one', async () => {
  const { debian, kinetd } = await pair.both(async (side) => (await side.found('plain')).facts['directory']);
  expect({ debian, kinetd }).toEqual({ debian: '@FOLDER@', kinetd: '/' });
});

difference(needs, 'sndbuf and rcvbuf have an effect', async () => {
  const { debian, kinetd } = await pair.both((side) => side.found('buffers'));
  // The kernel doubles what it is asked for (socket(7)).
  expect(kinetd.facts).toMatchObject({ 'socket.sndbuf': '40960', 'socket.rcvbuf': '61440' });
  expect(debian.facts['socket.sndbuf']).not.toBe('40960');
  expect(debian.facts['socket.rcvbuf']).not.toBe('61440');
});

difference(needs, 'the soft limit on descriptors is the hard one', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'inetd',
      shell: 'ulimit -Sn 300; ulimit -Hn 500',
      files: { 'inetd.conf': '127.0.0.1:@PORT:probe@ stream tcp nowait root @PROBE@ probe\n' },
    },
    (side) => side.found('probe'),
  );
  expect([debian.facts['limit.nofile'], kinetd.facts['limit.nofile']]).toEqual(['300 500', '500 500']);
});

same(needs, '-E keeps the whole environment', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'inetd',
      words: ['-E'],
      environment: { DISPLAY: ':0', CVSROOT: '/cvs' },
      files: { 'inetd.conf': '127.0.0.1:@PORT:probe@ stream tcp nowait nobody @PROBE@ probe\n' },
    },
    (side) => side.found('probe'),
  );
  expect(debian.environment).toMatchObject({ DISPLAY: ':0', CVSROOT: '/cvs', HOME: '/root' });
  expect(without(kinetd.environment, added)).toEqual(without(debian.environment, ['inetd_dummy']));
});

function ids(user: string, option: '-u' | '-g'): string {
  const id = execFileSync('id', [option, user], { encoding: 'latin1' }).trim();
  return `${id} ${id} ${id} ${id}`;
}
