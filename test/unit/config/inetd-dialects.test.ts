/** What each dialect makes of the same words: one test for each row of the table in docs/inetd.md. */
import { describe, expect, test } from 'vitest';

import { type Definition, type InetdDialect, inetdDialects } from '../../../src/config/definition.ts';
import { type InetdReading, readInetd } from '../../../src/config/inetd/mod.ts';
import { load } from '../../../src/config/mod.ts';
import { sourceFile } from '../../../src/config/source/mod.ts';
import type { Service } from '../../../src/model/mod.ts';
import { launchOf } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

function read(text: string, dialect?: InetdDialect): InetdReading {
  return readInetd(sourceFile('/i', text), { dialect });
}

/** What each dialect makes of the first entry; `refused` where it does not have a word of it. */
function each<Value>(text: string, look: (definition: Definition) => Value): Record<InetdDialect, Value | 'refused'> {
  const answers = inetdDialects.map((dialect) => {
    const [definition] = read(text, dialect).definitions;
    if (definition === undefined) throw new Error(`${dialect} has no entry`);
    return [dialect, definition.errors.length > 0 ? 'refused' : look(definition)] as const;
  });
  return Object.fromEntries(answers) as Record<InetdDialect, Value | 'refused'>;
}

async function served(text: string, dialect: InetdDialect): Promise<readonly Service[]> {
  const table = await load({ paths: ['/i'], dialect }, fakeSystem({ everything: true }), memoryFiles({ '/i': text }));
  return table.entries.flatMap((entry) => (entry.state === 'ready' ? [entry.service] : []));
}

async function sockets(protocol: string, dialect: InetdDialect, address = ''): Promise<readonly string[]> {
  const services = await served(`${address}9 stream ${protocol} nowait root /bin/cat cat\n`, dialect);
  return services.flatMap(({ endpoints }) =>
    endpoints.map(({ address, stack, implied }) => `${address} ${stack}${implied ? ' implied' : ''}`),
  );
}

/** One word or another in an entry that is otherwise everybody's. */
function entry(parts: Partial<Record<'service' | 'kind' | 'wait' | 'user' | 'program', string>> = {}): string {
  const { service = '9', kind = 'stream tcp', wait = 'nowait', user = 'alice', program = '/bin/cat cat' } = parts;
  return `${service} ${kind} ${wait} ${user} ${program}\n`;
}

const refused = 'refused';

describe('sockets', () => {
  test('tcp without a digit is IPv4, and on Debian IPv6 too', async () => {
    for (const dialect of inetdDialects) {
      const six = dialect === 'debian' ? [':: only implied'] : [];
      expect([dialect, await sockets('tcp', dialect)]).toEqual([dialect, ['0.0.0.0 only', ...six]]);
    }
  });

  test('tcp6 takes IPv4 clients too for GNU inetutils and BusyBox, and leaves them to a line for tcp', async () => {
    for (const dialect of inetdDialects) {
      const four = dialect === 'gnu' || dialect === 'busybox' ? ['0.0.0.0 only implied'] : [];
      expect([dialect, await sockets('tcp6', dialect)]).toEqual([dialect, [':: only', ...four]]);
    }
    const lines = '9 stream tcp nowait root /bin/cat cat\n9 stream tcp6 nowait root /bin/cat cat\n';
    const [first, second] = await served(lines, 'gnu');
    expect([first?.endpoints, second?.endpoints]).toMatchObject([[{ address: '0.0.0.0' }], [{ address: '::' }]]);
  });

  test('tcp46 is one socket for both families where it exists, and tcp6only is IPv6 alone', async () => {
    expect(each(entry({ kind: 'stream tcp46' }), ({ inetd }) => inetd?.families)).toEqual({
      debian: 'dual',
      freebsd: 'dual',
      netbsd: refused,
      openbsd: refused,
      gnu: refused,
      busybox: refused,
    });
    expect(await sockets('tcp46', 'freebsd')).toEqual([':: dual']);
    expect(await sockets('tcp6only', 'gnu')).toEqual([':: only']);
  });

  test('a protocol without a digit leaves the family to the address', async () => {
    for (const dialect of ['debian', 'netbsd', 'openbsd', 'gnu', 'busybox'] as const) {
      expect([dialect, await sockets('tcp', dialect, '[::1]:')]).toEqual([dialect, ['::1 only']]);
    }
  });

  test('addresses stand before the service, one on NetBSD and none on FreeBSD', () => {
    const all = { debian: 2, freebsd: refused, netbsd: refused, openbsd: 2, gnu: 2, busybox: 2 };
    expect(each(entry({ service: '10.0.0.1,10.0.0.2:9' }), ({ inetd }) => inetd?.addresses.length)).toEqual(all);
    const one = { ...all, netbsd: 1, debian: 1, openbsd: 1, gnu: 1, busybox: 1 };
    expect(each(entry({ service: '10.0.0.1:9' }), ({ inetd }) => inetd?.addresses.length)).toEqual(one);
  });

  test('GNU inetutils has neither RPC nor Unix sockets', () => {
    const all = { debian: true, freebsd: true, netbsd: true, openbsd: true, gnu: refused, busybox: true };
    expect(each(entry({ service: 'r/1', kind: 'dgram rpc/udp', wait: 'wait' }), () => true)).toEqual(all);
    expect(each(entry({ service: '/run/s', kind: 'stream unix' }), () => true)).toEqual(all);
  });

  test("a Unix socket's owner and mode stand before its path on FreeBSD", () => {
    const text = entry({ service: ':root:staff:0640:/run/s', kind: 'stream unix' });
    expect(read(text, 'freebsd').definitions[0]?.inetd?.unix).toEqual({
      path: '/run/s',
      owner: 'root',
      group: 'staff',
      mode: 0o640,
    });
    expect(each(text, () => true)).toMatchObject({ debian: refused, netbsd: refused, busybox: refused });
  });

  test('tcpmux services exist on FreeBSD, on NetBSD and for GNU inetutils', () => {
    const type = ({ settings }: Definition): string => [...(settings.type ?? [])].join();
    const none = { debian: refused, openbsd: refused, busybox: refused };
    const plain = { freebsd: 'TCPMUX', netbsd: 'TCPMUX', gnu: 'TCPMUX', ...none };
    const plus = { freebsd: 'TCPMUXPLUS', netbsd: 'TCPMUXPLUS', gnu: 'TCPMUXPLUS', ...none };
    expect(each(entry({ service: 'tcpmux/x' }), type)).toEqual(plain);
    expect(each(entry({ service: 'tcpmux/+x' }), type)).toEqual(plus);
  });
});

describe('limits', () => {
  test("nowait.N is N starts a minute, except on FreeBSD, and 0 is no limit to GNU's and BusyBox's", () => {
    const starts = ({ inetd }: Definition): unknown => inetd?.startsPerMinute;
    const some = { debian: 7, freebsd: refused, netbsd: 7, openbsd: 7, gnu: 7, busybox: 7 };
    expect(each(entry({ wait: 'nowait.7' }), starts)).toEqual(some);
    const none = { debian: refused, freebsd: refused, netbsd: refused, openbsd: refused, gnu: 0, busybox: 0 };
    expect(each(entry({ wait: 'nowait.0' }), starts)).toEqual(none);
  });

  test('without it each inetd has a number of its own', async () => {
    const starts = { debian: 256, freebsd: 256, netbsd: 40, openbsd: 256, gnu: 1000, busybox: undefined };
    for (const dialect of inetdDialects) {
      const [service] = await served(entry(), dialect);
      expect([dialect, service?.limits.startsPerMinute]).toEqual([dialect, starts[dialect]]);
    }
  });

  test('nowait/A/B/C is servers, starts a minute for an address and servers for an address, on FreeBSD alone', async () => {
    const [service] = await served(entry({ wait: 'nowait/3/10/2' }), 'freebsd');
    expect(service?.limits).toMatchObject({
      instances: 3,
      perSource: 2,
      rates: { source: { count: 10, periodSeconds: 60, burst: 10 } },
    });
    const [unlimited] = await served(entry({ wait: 'nowait/0/0/0' }), 'freebsd');
    expect(unlimited?.limits).toMatchObject({ instances: undefined, perSource: undefined, rates: undefined });
    const { freebsd, ...others } = each(entry({ wait: 'nowait/3' }), () => true);
    expect(freebsd).toBe(true);
    expect(new Set(Object.values(others))).toEqual(new Set([refused]));
  });
});

test('the command line gives limits to the services that say nothing, and 0 says that there are none', async () => {
  const files = memoryFiles({
    '/i': entry() + entry({ service: '7', wait: 'nowait/0/0/0' }) + entry({ service: '5', wait: 'nowait/2' }),
  });
  const inetd = { instances: 9, perSource: 8, startsPerMinutePerSource: 60 };
  const table = await load({ paths: ['/i'], dialect: 'freebsd', inetd }, fakeSystem({ everything: true }), files);
  const limits = table.entries.map((one) => (one.state === 'ready' ? one.service.limits : undefined));
  const all = { instances: 9, perSource: 8, rates: { source: { count: 60, periodSeconds: 60, burst: 60 } } };
  expect(limits).toMatchObject([
    all,
    { instances: undefined, perSource: undefined, rates: undefined },
    { ...all, instances: 2 },
  ]);
});

describe('users', () => {
  test('user.group is a user and a group, except on FreeBSD', () => {
    const who = ({ settings }: Definition): unknown => [settings.user, settings.group];
    const both = ['a', 'b'];
    expect(each(entry({ user: 'a.b' }), who)).toEqual({
      debian: both,
      freebsd: ['a.b', undefined],
      netbsd: both,
      openbsd: both,
      gnu: both,
      busybox: both,
    });
  });

  test('the group of root is ignored by some and set by others, with other groups beside it', async () => {
    const ignored = { uid: 0, gid: 0, groups: [0] };
    const identities = {
      debian: ignored,
      openbsd: ignored,
      gnu: ignored,
      freebsd: { uid: 0, gid: 50, groups: [50, 7] },
      netbsd: { uid: 0, gid: 50, groups: undefined },
      busybox: { uid: 0, gid: 50, groups: [50] },
    };
    for (const dialect of inetdDialects) {
      const system = fakeSystem({ memberships: { root: [7] } });
      const files = memoryFiles({ '/i': entry({ user: 'root:staff' }) });
      const [first] = (await load({ paths: ['/i'], dialect }, system, files)).entries;
      const identity = first?.state === 'ready' ? launchOf(first.service).identity : undefined;
      expect([dialect, identity]).toEqual([dialect, identities[dialect]]);
    }
  });

  test('a login class is a thing of FreeBSD, and any but daemon is refused', async () => {
    expect(await served(entry({ user: 'alice/daemon' }), 'freebsd')).toHaveLength(1);
    expect(await served(entry({ user: 'alice/staff' }), 'freebsd')).toHaveLength(0);
    expect(each(entry({ user: 'alice/daemon' }), () => true)).toMatchObject({ debian: refused, netbsd: refused });
  });
});

describe('words', () => {
  const args = ({ settings }: Definition): unknown => settings.server_args;

  test('quotes hold words together by the rules of each inetd', () => {
    expect(each(entry({ program: `/bin/echo echo "a b" c` }), args)).toEqual({
      debian: ['echo', '"a', 'b"', 'c'],
      openbsd: ['echo', '"a', 'b"', 'c'],
      busybox: ['echo', '"a', 'b"', 'c'],
      freebsd: ['echo', 'a b', 'c'],
      netbsd: ['echo', 'a b', 'c'],
      gnu: ['echo', 'a b', 'c'],
    });
    expect(each(entry({ program: `/bin/echo echo x="a b"` }), args)).toMatchObject({
      freebsd: ['echo', 'x="a', 'b"'],
      netbsd: ['echo', 'x=a b'],
      gnu: refused,
    });
    expect(each(entry({ program: `/bin/echo echo don't a\\tb` }), args)).toMatchObject({
      gnu: ['echo', "don't", 'a\\tb'],
    });
  });

  test('a # within a line begins a comment for BusyBox alone', () => {
    const { busybox, ...others } = each(entry({ program: '/bin/echo echo a # b' }), args);
    expect(busybox).toEqual(['echo', 'a']);
    for (const words of Object.values(others)) expect(words).toEqual(['echo', 'a', '#', 'b']);
  });

  test('an entry goes on below after a blank, for BusyBox after a backslash, for GNU inetutils never', () => {
    const blank = '9 stream tcp nowait root\n /bin/cat cat\n';
    expect(each(blank, () => true)).toEqual({
      debian: true,
      openbsd: true,
      freebsd: true,
      netbsd: true,
      gnu: refused,
      busybox: refused,
    });
    const { busybox, ...others } = each('9 stream tcp nowait root \\\n/bin/cat cat\n', () => true);
    expect(busybox).toBe(true);
    // The backslash is the program there, and what is below an entry of its own.
    expect(new Set(Object.values(others))).toEqual(new Set([true]));
    expect(read('9 stream tcp nowait root \\\n/bin/cat cat\n', 'debian').definitions).toHaveLength(2);
  });

  test('argv[0] of a line without arguments is the whole path for BusyBox and the last component for the others', async () => {
    for (const dialect of inetdDialects) {
      const [service] = await served(entry({ program: '/bin/cat' }), dialect);
      const argv0 = dialect === 'busybox' ? '/bin/cat' : 'cat';
      expect([dialect, service && launchOf(service).argv]).toEqual([dialect, [argv0]]);
    }
  });

  test('a program without a path is looked for, with a warning to all but the users of BusyBox', async () => {
    for (const dialect of inetdDialects) {
      const files = memoryFiles({ '/i': entry({ program: 'cat cat' }) });
      const system = fakeSystem({ programs: { '/usr/bin/cat': 'executable' } });
      const table = await load({ paths: ['/i'], dialect }, system, files);
      expect(table.entries).toMatchObject([
        { state: 'ready', service: { server: { launch: { program: '/usr/bin/cat' } } } },
      ]);
      const warnings = table.diagnostics.filter(({ code }) => code === 'server-without-path').length;
      expect([dialect, warnings]).toEqual([dialect, dialect === 'busybox' ? 0 : 1]);
    }
  });

  test('words beyond those that an inetd keeps are passed on, with a note', () => {
    const kept = { debian: 20, freebsd: 20, netbsd: 64, openbsd: 20, gnu: undefined, busybox: 20 };
    for (const dialect of inetdDialects) {
      const words = Array.from({ length: 65 }, (_, index) => `w${index}`);
      const { definitions, diagnostics } = read(entry({ program: `/bin/echo ${words.join(' ')}` }), dialect);
      expect(definitions[0]?.settings.server_args).toHaveLength(65);
      const noted = diagnostics.flatMap(({ code, span }) =>
        code === 'many-arguments' && span !== undefined ? [span] : [],
      );
      const first = noted.map(({ file, start, end }) => file.text.slice(start, end));
      expect([dialect, first]).toEqual([dialect, kept[dialect] === undefined ? [] : [`w${kept[dialect]}`]]);
    }
  });
});

describe('whose file it is', () => {
  test.each([
    ['a comment', '# $FreeBSD$\n# kinetd: dialect gnu\n9 stream tcp nowait/3 root /bin/cat cat\n', 'gnu'],
    ['a word of FreeBSD', '9 stream tcp nowait/3 root /bin/cat cat\n', 'freebsd'],
    ['a login class', '9 stream tcp nowait root/daemon /bin/cat cat\n', 'freebsd'],
    ["the mark of FreeBSD's source tree", '# $FreeBSD: x $\n9 stream tcp nowait root /bin/cat cat\n', 'freebsd'],
    ["the mark of NetBSD's", '#\t$NetBSD: x $\n9 stream tcp nowait root /bin/cat cat\n', 'netbsd'],
    ["the mark of OpenBSD's", '#\t$OpenBSD: x $\n9 stream tcp nowait root /bin/cat cat\n', 'openbsd'],
    ["NetBSD's second form", 'echo on protocol = tcp4;\n', 'netbsd'],
    ['a directive', '.include x\n', 'netbsd'],
    ['an accept filter', '9 stream:dataready tcp nowait root /bin/cat cat\n', 'netbsd'],
    ['a protocol of GNU inetutils', '9 stream tcp6only nowait root /bin/cat cat\n', 'gnu'],
    ['nothing', '9 stream tcp nowait root /bin/cat cat\n', 'debian'],
    ['more of one than of another', 'a stream tcp6only nowait root /x\nb stream tcp nowait.2 root /x\n', 'gnu'],
  ])('is told by %s', (_, text, dialect) => {
    expect(read(text).dialect).toBe(dialect);
  });

  test('the command line decides where the file says nothing, whatever its words', () => {
    expect(read('9 stream tcp nowait/3 root /bin/cat cat\n', 'busybox').dialect).toBe('busybox');
    expect(read('# kinetd: dialect openbsd\n9 stream tcp nowait root /x\n', 'busybox').dialect).toBe('openbsd');
  });

  test('a comment below an entry is a comment', () => {
    expect(read('9 stream tcp nowait root /x\n# kinetd: dialect gnu\n').dialect).toBe('debian');
  });

  test('a dialect that does not exist is an error, and the file is read as without the comment', () => {
    const { dialect, diagnostics } = read('# kinetd: dialect plan9\n9 stream tcp nowait/3 root /x\n');
    expect(dialect).toBe('freebsd');
    expect(diagnostics).toMatchObject([{ code: 'bad-word', message: "there is no dialect 'plan9'" }]);
  });

  test('where several are left, a note says what each makes of a line, once for each matter', () => {
    const { diagnostics } = read('9 stream tcp nowait.3 root /x x\n7 stream tcp nowait root /x x\n');
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        'dialects-disagree',
        "the protocol 'tcp' without a digit is IPv4 and IPv6 (two sockets) to Debian's inetd; IPv4 alone to " +
          "NetBSD's, OpenBSD's, GNU inetutils' and BusyBox's inetd; it is read as Debian's (here and in 1 more place)",
      ],
    ]);
  });

  test('what only one can have written, and what the file says itself, needs no note', () => {
    expect(read('9 stream tcp nowait/3 root /x\n').diagnostics).toEqual([]);
    expect(read('# kinetd: dialect debian\n9 stream tcp nowait root /x # y\n').diagnostics).toMatchObject([
      { code: 'hash-in-list' },
    ]);
  });
});
