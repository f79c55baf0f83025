/** What is found on a machine that is written down: programs, ports, rules, logs, and what old daemons would do. */
import { describe, expect, test } from 'vitest';

import {
  differences,
  type FileFacts,
  inspect,
  type Machine,
  namesWithoutAddress,
  type Predecessor,
  silentLosses,
} from '../../../src/check/mod.ts';
import { type InetdDialect, type Reading, readConfiguration, resolveReading } from '../../../src/config/mod.ts';
import { fakeSystem } from '../config/fake-system.ts';
import { memoryFiles } from '../config/memory-files.ts';

const directory: FileFacts = { kind: 'directory', uid: 0, gid: 0, mode: 0o755 };
const program: FileFacts = { kind: 'file', uid: 0, gid: 0, mode: 0o755 };

const files: Readonly<Record<string, FileFacts>> = {
  '/': directory,
  '/bin': directory,
  '/bin/cat': program,
  '/bin/sh': program,
  '/var': directory,
};

interface Fake extends Partial<Machine> {
  readonly files?: Readonly<Record<string, FileFacts>>;
  readonly heads?: Readonly<Record<string, Uint8Array>>;
}

function machine(fake: Fake): Machine {
  return {
    file: (path) => ({ ...files, ...fake.files })[path],
    realPath: (path) => path,
    head: (path) => fake.heads?.[path],
    below: (root) => ({
      file: (path) => ({ ...files, ...fake.files })[`${root}${path}`.replace(/(.)\/$/, '$1')],
      realPath: (path) => path,
      head: (path) => fake.heads?.[`${root}${path}`],
    }),
    sockets: [],
    elfMachine: 62,
    unprivilegedPortStart: 1024,
    mayBindLowPorts: true,
    user: (uid) => (uid === 1000 ? { name: 'alice', gids: [1001, 27] } : undefined),
    group: (gid) => (gid === 27 ? 'sudo' : undefined),
    daemon: { uid: 0, gids: [0] },
    ...fake,
  };
}

function reading(lines: readonly string[]): Reading {
  const usual = [
    'type = UNLISTED',
    'socket_type = stream',
    'wait = no',
    'user = alice',
    'server = /bin/cat',
    'port = 47001',
  ].filter((line) => !lines.some((given) => given.split(' ')[0] === line.split(' ')[0]));
  const text = `service a\n{\n${[...usual, ...lines].join('\n')}\n}\n`;
  return readConfiguration({ paths: ['/x'] }, memoryFiles({ '/x': text }));
}

async function found(lines: readonly string[], fake: Fake = {}): Promise<readonly string[]> {
  const read = reading(lines);
  const programs = { '/bin/cat': 'executable', '/bin/sh': 'executable', '/jail/bin/cat': 'executable' } as const;
  const table = await resolveReading(read, {}, fakeSystem({ programs, directories: ['/jail'] }));
  expect(table.entries[0]?.state).toBe('ready');
  return inspect(read, table, machine(fake)).map(({ severity, message }) => `${severity}: ${message}`);
}

test('nothing is said about a service that can run', async () => {
  expect(await found([])).toEqual([]);
});

describe('programs', () => {
  test('that the user may not execute, by owner, group and mode', async () => {
    const forbidden = ['warning: uid 1000 may not execute /bin/cat'];
    expect(await found([], { files: { '/bin/cat': { ...program, mode: 0o700 } } })).toEqual(forbidden);
    expect(await found([], { files: { '/bin/cat': { ...program, mode: 0o750 } } })).toEqual(forbidden);
    expect(await found([], { files: { '/bin/cat': { ...program, mode: 0o750, gid: 1001 } } })).toEqual([]);
    expect(await found([], { files: { '/bin/cat': { ...program, mode: 0o700, uid: 1000 } } })).toEqual([]);
    // The owner is judged by his own bits alone.
    expect(await found([], { files: { '/bin/cat': { ...program, mode: 0o077, uid: 1000 } } })).toEqual(forbidden);
  });

  test('that the user may execute with groups that the service leaves out', async () => {
    const fake = { files: { '/bin/cat': { ...program, mode: 0o750, gid: 27 } } };
    const message = 'error: alice may execute /bin/cat only as a member of sudo, and runs without';
    expect(await found(['groups = no'], fake)).toEqual([message.replace('error', 'warning')]);
    expect(await found(['groups = yes'], fake)).toEqual([]);
  });

  test('in a folder that the user may not pass', async () => {
    expect(await found([], { files: { '/bin': { ...directory, mode: 0o700 } } })).toEqual([
      'warning: uid 1000 may not pass /bin on the way to /bin/cat',
    ]);
  });

  test('behind a link into such a folder', async () => {
    const fake = { realPath: () => '/root/cat', files: { '/root': { ...directory, mode: 0o700 } } };
    expect(await found([], fake)).toEqual(['warning: uid 1000 may not pass /root on the way to /bin/cat']);
  });

  test('for another processor, but not for the 32 bits of this one', async () => {
    const elf = (number: number): Uint8Array => {
      const head = Buffer.alloc(64);
      head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
      head.writeUInt16LE(number, 18);
      return head;
    };
    expect(await found([], { heads: { '/bin/cat': elf(183) } })).toEqual([
      'warning: /bin/cat is for AArch64, and this machine is x86-64',
    ]);
    expect(await found([], { heads: { '/bin/cat': elf(62) } })).toEqual([]);
    expect(await found([], { heads: { '/bin/cat': elf(3) } })).toEqual([]);
  });

  test('whose interpreter is missing, or not for the user', async () => {
    const script = (line: string): Readonly<Record<string, Uint8Array>> => ({ '/bin/cat': Buffer.from(`${line}\n`) });
    expect(await found([], { heads: script('#! /opt/python') })).toEqual([
      'error: the first line of /bin/cat asks for /opt/python, which is not there',
    ]);
    expect(await found([], { heads: script('#!/bin/sh -e') })).toEqual([]);
    const fake = { heads: script('#!/bin/sh'), files: { '/bin/sh': { ...program, mode: 0o700 } } };
    expect(await found([], fake)).toEqual([
      'warning: the first line of /bin/cat asks for /bin/sh, which uid 1000 may not execute',
    ]);
  });

  test('below another root, where the loader of a program is missing, or its interpreter', async () => {
    const jail = { '/jail': directory, '/jail/bin': directory, '/jail/bin/cat': program };
    const loaded = Buffer.alloc(200);
    loaded.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    loaded.writeUInt16LE(62, 18);
    loaded.writeBigUInt64LE(64n, 32);
    loaded.writeUInt16LE(56, 54);
    loaded.writeUInt16LE(1, 56);
    loaded.writeUInt32LE(3, 64);
    loaded.writeBigUInt64LE(150n, 72);
    loaded.writeBigUInt64LE(8n, 96);
    loaded.write('/lib/ld\0', 150, 'latin1');
    const heads = { '/jail/bin/cat': loaded };
    const lines = ['chroot = /jail'];
    const message = '/bin/cat below /jail is loaded by /lib/ld';
    expect(await found(lines, { files: jail, heads })).toEqual([`error: ${message}, which is not there`]);
    // That it is outside does not help.
    const outside = { ...jail, '/lib': directory, '/lib/ld': program };
    expect(await found(lines, { files: outside, heads })).toEqual([`error: ${message}, which is not there`]);
    const inside = { ...jail, '/jail/lib': directory, '/jail/lib/ld': program };
    expect(await found(lines, { files: inside, heads })).toEqual([]);
    const locked = { ...inside, '/jail/lib': { ...directory, mode: 0o700 } };
    expect(await found(lines, { files: locked, heads })).toEqual([
      `warning: ${message}, which uid 1000 may not execute`,
    ]);
    const script = { '/jail/bin/cat': Buffer.from('#!/bin/sh\n'), '/jail/bin/sh': loaded };
    expect(await found(lines, { files: jail, heads: { '/jail/bin/cat': script['/jail/bin/cat'] } })).toEqual([
      'error: the first line of /bin/cat below /jail asks for /bin/sh, which is not there',
    ]);
    expect(await found(lines, { files: { ...jail, '/jail/bin/sh': program }, heads: script })).toEqual([
      'error: /bin/sh below /jail is loaded by /lib/ld, which is not there',
    ]);
    expect(await found(lines, { files: { ...jail, '/jail': { ...directory, mode: 0o700 } } })).toEqual([
      'warning: uid 1000 may not pass / on the way to /bin/cat',
    ]);
  });

  test('that are scripts have to be readable', async () => {
    const fake = {
      heads: { '/bin/cat': Buffer.from('#!/bin/sh\n') },
      files: { '/bin/cat': { ...program, mode: 0o711 } },
    };
    expect(await found([], fake)).toEqual(['warning: uid 1000 may not read /bin/cat']);
  });
});

describe('ports', () => {
  test('below the first that everybody may open', async () => {
    expect(await found(['port = 80'], { mayBindLowPorts: false })).toEqual([
      'error: port 80 can be opened by root only, and this daemon would not be',
    ]);
    expect(await found(['port = 80'], { mayBindLowPorts: false, unprivilegedPortStart: 80 })).toEqual([]);
    expect(await found(['port = 80'])).toEqual([]);
  });

  test('that somebody has, and who', async () => {
    const taken = (address: string, name?: string): Fake => ({
      sockets: [{ protocol: 'tcp', address, port: 47001, holder: name === undefined ? undefined : { pid: 9, name } }],
    });
    expect(await found([], taken('0.0.0.0', 'nginx'))).toEqual(['error: 0.0.0.0:47001/tcp is held by nginx (pid 9)']);
    expect(await found([], taken('0.0.0.0'))).toEqual([
      'error: 0.0.0.0:47001/tcp is taken by a process that you may not see',
    ]);
    expect(await found([], taken('0.0.0.0', 'xinetd'))).toEqual(['note: 0.0.0.0:47001/tcp is held by xinetd (pid 9)']);
    expect(await found(['bind = 127.0.0.2'], taken('127.0.0.1', 'nginx'))).toEqual([]);
    expect(await found(['bind = 127.0.0.2'], taken('0.0.0.0', 'nginx'))).toHaveLength(1);
    expect(await found(['port = 47002'], taken('0.0.0.0', 'nginx'))).toEqual([]);
  });
});

test('names that are looked up for each client and have no address now', async () => {
  const text = `service passed\n{\ntype = UNLISTED\nsocket_type = stream\nwait = no\nuser = alice\nport = 47001
    redirect = gone.example.org 80\nonly_from = gone.example.org here.example.org .example.org 192.0.2.1
    no_access = away.example.org\n}\n`;
  const system = fakeSystem({ hosts: { 'here.example.org': ['192.0.2.7'] } });
  const read = readConfiguration({ paths: ['/x'] }, memoryFiles({ '/x': text }));
  const found = await namesWithoutAddress(read, await resolveReading(read, {}, system), system);
  expect(found.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)).toEqual([
    "warning name-not-resolved: 'gone.example.org' has no address now, and clients are passed on to nobody",
    "warning name-not-resolved: 'gone.example.org' has no address now, and no client can be known by it",
    "warning name-not-resolved: 'away.example.org' has no address now, and no client can be known by it",
  ]);
  expect(system.asked.filter((question) => question === 'host gone.example.org')).toHaveLength(1);
});

describe('rules', () => {
  test('that let nobody in', async () => {
    expect(await found(['only_from ='])).toEqual(['warning: no client can use this service: only_from is empty']);
    expect(await found(['flags = IPv4', 'only_from = 2001:db8::/32'])).toEqual([
      'warning: no client can use this service: it listens for IPv4 alone, and only_from has no IPv4 address',
    ]);
    expect(await found(['only_from = .example.org'])).toEqual([]);
  });

  test('that another one undoes', async () => {
    const lists = ['only_from = 10.0.0.0/8 192.0.2.0/24', 'no_access = 192.0.2.0/24'];
    expect(await found(lists)).toEqual(['warning: 192.0.2.0/24 is in no_access as well, and there refused']);
    expect(await found(['only_from = 192.0.2.1', 'no_access = 192.0.2.0/24'])).toEqual([]);
  });

  test('that several others undo together', async () => {
    const whole = (block: string): string =>
      `warning: every address of ${block} is in blocks of no_access that are smaller, and there refused`;
    const halves = 'no_access = 10.0.0.0/9 10.128.0.0/9';
    expect(await found(['only_from = 10.0.0.0/8 192.0.2.0/24', halves])).toEqual([whole('10.0.0.0/8')]);
    expect(await found(['only_from = 10.0.0.0/8', halves])).toEqual([
      whole('10.0.0.0/8'),
      'warning: no client can use this service: no_access has all that only_from has',
    ]);
    // One address of it is let in after all.
    expect(await found(['only_from = 10.0.0.0/8 10.1.2.3', halves])).toEqual([]);
    expect(await found(['only_from = 10.0.0.0/8', 'no_access = 10.0.0.0/9 10.128.0.0/10'])).toEqual([]);
    expect(await found(['only_from = 2001:db8::/127', 'no_access = 2001:db8:: 2001:db8::1'])).toEqual([
      whole('2001:db8::/127'),
      'warning: no client can use this service: no_access has all that only_from has',
    ]);
  });
});

describe('log files', () => {
  test('in a folder that is missing or closed to the daemon', async () => {
    expect(await found(['log_type = FILE /nowhere/log'])).toEqual([
      'error: the folder of the log, /nowhere, is not there',
    ]);
    expect(await found(['log_type = FILE /var/log'])).toEqual([]);
    expect(await found(['log_type = FILE /var/log'], { files: { '/var/log': directory } })).toEqual([
      'error: the log /var/log is a directory',
    ]);
    expect(await found(['log_type = FILE /var/log'], { daemon: { uid: 1000, gids: [1001] } })).toEqual([
      'warning: uid 1000, as whom the daemon would run, may not write in /var',
    ]);
  });
});

describe('under an old daemon', () => {
  function differs(lines: readonly string[], as: Predecessor): readonly string[] {
    return differences(reading(lines), as).map(({ message }) => message);
  }

  test('xinetd loses lines with a comment behind them, and does not know what is new', () => {
    expect(differs(['per_source = 10 # ten', 'rate_limit = 5/s'], 'xinetd')).toEqual([
      'xinetd does not know rate_limit and runs the service without it',
      'xinetd takes the comment behind per_source for values and runs this without the line; kinetd enforces it',
    ]);
    expect(differs(['per_source = 10'], 'xinetd')).toEqual([]);
  });

  test('what xinetd loses without a word is told without being asked for', () => {
    const lost = (lines: readonly string[]): readonly string[] =>
      silentLosses(reading(lines)).map(({ message }) => message);
    expect(lost(['instances = 5 # five', 'access_times = 22:00-6:00'])).toEqual([
      'xinetd takes the comment behind instances for values and runs this without the line; kinetd enforces it',
    ]);
    expect(lost(['no_access = 10.0.0.0/255.0.0.0 10.1.', 'only_from = ::1/128', 'v6only = no'])).toEqual([
      'xinetd takes v6only = no for yes, and keeps IPv4 clients out; kinetd lets them in',
      'xinetd takes a netmask in no_access for one address; kinetd takes it for the block',
      'xinetd passes over a block such as 10.1. in no_access; kinetd does not',
      'xinetd matches nobody with a /128 in only_from; for kinetd it is one address',
    ]);
    expect(lost(['no_access = 10.0.0.0/8', 'instances = 5'])).toEqual([]);
  });

  test('xinetd has more surprises', () => {
    expect(differs(['only_from = .example.org', 'cps = 5 1', 'instances = 3'], 'xinetd')).toEqual([
      "xinetd believes the names in only_from to whoever owns the address's reverse zone; with kinetd the name has to lead back",
      'xinetd forgets running servers after a pause of cps, so that more than instances run',
    ]);
    expect(differs(['server_args = a b', 'flags = NAMEINARGS', 'log_on_success = HOST TRAFFIC'], 'xinetd')).toEqual([
      'xinetd does not run a service with TRAFFIC that is not redirected',
      'xinetd crashes in the server when NAMEINARGS stands after server_args',
    ]);
    expect(differs(['flags = NAMEINARGS', 'server_args = a b'], 'xinetd')).toEqual([]);
    expect(differs(['socket_type = dgram', 'protocol = udp'], 'xinetd')).toEqual([
      'xinetd starts a program for datagrams that does not wait over and over, or fills its log',
    ]);
  });

  test('xinetd refuses times across midnight, and is confused by several addresses', () => {
    expect(differs(['access_times = 22:00-6:00', 'bind = 127.0.0.1 127.0.0.2'], 'xinetd')).toEqual([
      'xinetd drops a bind with several addresses and listens everywhere; kinetd listens on each of them',
      'xinetd refuses times across midnight and 24:00, and with them the service',
    ]);
  });

  test('xinetd drops what waits, and stops with what it sends', () => {
    expect(differs(['wait = yes', 'cps = 5 1'], 'xinetd')).toEqual([
      'xinetd closes the socket for the pause of cps and loses what is queued there',
    ]);
    expect(differs(['redirect = 192.0.2.1 80', 'banner = /etc/issue'], 'xinetd')).toEqual([
      'xinetd closes both directions as soon as one of them ends, and loses the answer',
      'xinetd waits, with all of its services, for a client that does not read its banner',
    ]);
    expect(differs(['only_from = 10.1.0.0/16', 'no_access = 10.0.0.0/8', 'disable = no'], 'xinetd')).toEqual([
      'xinetd refuses whoever is in both only_from and no_access; with kinetd the narrower of the two decides',
      'xinetd revives the service here even when a line above has an error, and runs it without that line',
    ]);
  });

  test.each<readonly [Predecessor, InetdDialect, string, string]>([
    ['openbsd-inetd', 'netbsd', 'tcpmux/+x stream tcp nowait alice /bin/cat cat', 'openbsd-inetd has no tcpmux'],
    [
      'openbsd-inetd',
      'debian',
      '47001 stream tcp nowait.5 alice /bin/cat cat',
      'openbsd-inetd starts one less a minute, and closes a port below 1024 for ten minutes when another client comes',
    ],
    [
      'openbsd-inetd',
      'netbsd',
      '47001 stream tcp,sndbuf=8k nowait alice /bin/cat cat',
      'openbsd-inetd does nothing about sndbuf and rcvbuf',
    ],
    [
      'openbsd-inetd',
      'debian',
      '127.0.0.1,::1:47001 stream tcp nowait alice /bin/cat cat',
      'openbsd-inetd listens on the IPv4 addresses of a list alone',
    ],
    [
      'freebsd-inetd',
      'debian',
      '47001 stream tcp4 nowait.5 alice /bin/cat cat',
      'freebsd-inetd drops the number behind the dot in silence and starts without that limit',
    ],
    [
      'freebsd-inetd',
      'debian',
      '127.0.0.1:47001 stream tcp4 nowait alice /bin/cat cat',
      'freebsd-inetd has no addresses before the service; it takes one for the whole of it (-a)',
    ],
    [
      'freebsd-inetd',
      'debian',
      '47001 stream tcp nowait alice /bin/cat cat',
      'freebsd-inetd takes a protocol without a digit for IPv4 alone',
    ],
    [
      'freebsd-inetd',
      'freebsd',
      `47001 stream tcp nowait alice /bin/cat cat${' word'.repeat(21)}`,
      'freebsd-inetd passes on twenty arguments and silently drops the others',
    ],
  ])('%s with a line for %s: %s', (as, dialect, line, said) => {
    const read = readConfiguration({ paths: ['/x'], dialect }, memoryFiles({ '/x': `${line}\n` }));
    expect(differences(read, as).map(({ message }) => message)).toContain(said);
  });

  test('an inetd has no place for most', () => {
    expect(differs(['only_from = 10.0.0.0/8'], 'openbsd-inetd')).toEqual(['an inetd.conf has no place for only_from']);
    expect(differs(['instances = 5'], 'openbsd-inetd')).toEqual([
      'openbsd-inetd has no instances; its .max counts starts a minute',
    ]);
    expect(differs(['instances = 5'], 'freebsd-inetd')).toEqual([]);
  });
});
