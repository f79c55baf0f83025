import { describe, expect, test } from 'vitest';

import { type LoadRequest, load, type ServiceTable } from '../../../src/config/mod.ts';
import { fakeFiles } from './fake-files.ts';
import { fakeSystem } from './fake-system.ts';

function xinetd(name: string, port: number, more = ''): string {
  return `service ${name}\n{\n type = UNLISTED\n socket_type = stream\n wait = no\n user = root\n server = /bin/cat\n port = ${port}\n${more}}\n`;
}
const inetd = (port: number): string => `${port} stream tcp4 nowait root /bin/cat\n`;

function loaded(
  files: Parameters<typeof fakeFiles>[0],
  paths: readonly string[],
  inetdOptions: LoadRequest['inetd'] = {},
): Promise<ServiceTable> {
  return load({ paths, inetd: inetdOptions, dialect: 'debian' }, fakeSystem(), fakeFiles(files));
}
const states = (table: ServiceTable): string[] => table.entries.map(({ id, state }) => `${id} ${state}`);
const codes = (table: ServiceTable): string[] => table.diagnostics.map(({ code }) => code);

describe('which dialect a file is in', () => {
  test('is told by its content', async () => {
    const table = await loaded({ '/a': `# comment\n\n${xinetd('x', 1)}`, '/b': `# comment\n\n${inetd(2)}` }, [
      '/a',
      '/b',
    ]);
    expect(states(table)).toEqual(['x ready', '2 ready']);
    expect(table.diagnostics).toEqual([]);
    expect(table).toMatchObject({ usable: true, files: ['/a', '/b'], unread: [] });
  });

  test.each([
    ['defaults { on one line', 'defaults {\n}\n', []],
    ['an include alone', 'include /nowhere\n', ['file-missing']],
    ['a directory of others', 'includedir /nowhere\n', ['directory-unreadable']],
    ['a NetBSD directive', '.include /etc/inetd/*\n', ['other-dialect']],
    ['a NetBSD entry', 'echo on bind = 127.0.0.1, socktype = stream;\n', ['other-dialect']],
    ['an address line alone', '127.0.0.1:\n', []],
    ['an inetd service called service', 'service stream tcp nowait root /bin/cat\n', ['unknown-port']],
    ['a line with a bad socket type', '9 strem tcp nowait root /bin/cat\n', ['bad-word']],
  ])('%s', async (_, text, expected) => {
    expect(codes(await loaded({ '/f': text }, ['/f']))).toEqual(expected);
  });

  test('a file of neither is one error and loses nothing else', async () => {
    const table = await loaded({ '/a': '# x\n\nhello there\nhow are you\n', '/b': inetd(2) }, ['/a', '/b']);
    expect(codes(table)).toEqual(['unknown-dialect']);
    const [{ span } = { span: undefined }] = table.diagnostics;
    expect(span?.file.text.slice(span.start, span.end)).toBe('hello there');
    expect(states(table)).toEqual(['2 ready']);
    expect(table).toMatchObject({ usable: true, unread: ['/a'] });
  });

  test('a file of neither alone is not usable', async () => {
    const table = await loaded({ '/a': 'hello there' }, ['/a']);
    expect(codes(table).toSorted()).toEqual(['nothing-read', 'unknown-dialect']);
    expect(table.usable).toBe(false);
  });

  test.each(['', '\n\n', '# nothing\n', ' \t\r\n', '\xef\xbb\xbf# nothing\n'])(
    'a file without significant lines is fine: %j',
    async (text) => {
      expect(await loaded({ '/f': text }, ['/f'])).toMatchObject({
        entries: [],
        diagnostics: [],
        usable: true,
        files: ['/f'],
      });
    },
  );
});

describe('several files', () => {
  test('of xinetd share their defaults, whatever their order', async () => {
    const table = await loaded({ '/a': xinetd('x', 1), '/b': 'defaults\n{\n instances = 3\n}\n' }, ['/a', '/b']);
    const [entry] = table.entries;
    expect(entry?.state === 'ready' && entry.service.limits.instances).toBe(3);
  });

  test("an inetd.conf does not get xinetd's defaults", async () => {
    const table = await loaded({ '/a': 'defaults\n{\n instances = 3\n}\n', '/b': inetd(1) }, ['/a', '/b']);
    const [entry] = table.entries;
    expect(entry?.state === 'ready' && entry.service.limits.instances).toBeUndefined();
  });

  test('a path named twice counts once', async () => {
    expect(states(await loaded({ '/a': inetd(1) }, ['/a', '/a']))).toEqual(['1 ready']);
  });

  test('services of both dialects compete for addresses', async () => {
    const table = await loaded({ '/a': inetd(1), '/b': xinetd('x', 1, ' flags = IPv4\n') }, ['/a', '/b']);
    expect(states(table)).toEqual(['x ready', '1 refused']);
    expect(codes(table)).toEqual(['duplicate-address']);
  });
});

describe('directories', () => {
  const files = {
    '/d': ['.hidden', 'a', 'b', 'c.conf', 'd~', 'sub'],
    '/d/.hidden': inetd(9),
    '/d/a': xinetd('x', 1),
    '/d/b': inetd(2),
    '/d/c.conf': inetd(9),
    '/d/d~': inetd(9),
    '/d/sub': [],
  };

  test('are read as includedir does it, each file in its own dialect', async () => {
    const table = await loaded(files, ['/d']);
    expect(states(table)).toEqual(['x ready', '2 ready']);
    expect(table.files).toEqual(['/d/a', '/d/b']);
    expect(codes(table).toSorted()).toEqual([
      'include-not-regular',
      'include-skipped',
      'include-skipped',
      'include-skipped',
    ]);
  });

  test('relative paths stand against the directory of the start', async () => {
    expect((await loaded({ '/start/x': inetd(1) }, ['x'])).files).toEqual(['/start/x']);
  });
});

describe('what makes a configuration unusable', () => {
  test('nothing can be read', async () => {
    const table = await loaded({ '/b': undefined }, ['/a', '/b']);
    expect(table).toMatchObject({ usable: false, entries: [], files: [], unread: ['/a', '/b'] });
    expect(codes(table)).toEqual(['file-missing', 'file-unreadable', 'nothing-read']);
  });

  test('a directory holds no file that is read', async () => {
    const { diagnostics } = await loaded({ '/d': ['a.conf'], '/d/a.conf': inetd(1) }, ['/d']);
    expect(diagnostics).toMatchObject([
      { code: 'include-skipped', path: '/d/a.conf' },
      {
        code: 'nothing-read',
        message: 'there is no configuration file in /d',
        path: '/d',
        help: expect.stringContaining('passed over'),
      },
    ]);
  });

  test('nothing was named', async () => {
    expect(await loaded({}, [])).toMatchObject({ usable: false, diagnostics: [{ code: 'nothing-read' }] });
  });

  test('defaults have an error', async () => {
    const table = await loaded({ '/a': `defaults\n{\n instances = many\n}\n${xinetd('x', 1)}` }, ['/a']);
    expect(table.usable).toBe(false);
  });

  test('but not one file of several, nor a missing include', async () => {
    const one = await loaded({ '/a': inetd(1) }, ['/nowhere', '/a']);
    expect(one).toMatchObject({ usable: true, unread: ['/nowhere'] });
    const include = await loaded({ '/a': `include /nowhere\n${xinetd('x', 1)}` }, ['/a']);
    expect(include).toMatchObject({ usable: true, unread: ['/nowhere'] });
    expect(states(include)).toEqual(['x ready']);
    expect(codes(include)).toEqual(['file-missing']);
  });
});

test('diagnostics stand in the order of the text, whoever found them', async () => {
  const table = await loaded(
    {
      '/a': xinetd('x', 1, ' server_args = a # b\n').replace('root', 'mallory') + xinetd('y', 2, ' colour = red\n'),
      '/b': `a stream tcp Wait root /bin/cat\n9 stream tcp nowait mallory /bin/cat\n`,
    },
    ['/a', '/b'],
  );
  const places = table.diagnostics.map(({ path, span }) => [path, span?.start ?? -1] as const);
  expect(places).toEqual(places.toSorted(([a, x], [b, y]) => (a === b ? x - y : a < b ? -1 : 1)));
  expect(codes(table)).toEqual(['unknown-user', 'hash-in-list', 'unknown-attribute', 'bad-word', 'unknown-user']);
});

test('a log_type of defaults is one shared log', async () => {
  const log = (name: string): string => ` log_type = FILE /var/log/${name}\n`;
  const table = await loaded({ '/a': `defaults\n{\n${log('all')}}\n${xinetd('x', 1)}${xinetd('y', 2, log('own'))}` }, [
    '/a',
  ]);
  const sinks = table.entries.map((entry) => entry.state === 'ready' && entry.service.logging.sink);
  expect(sinks).toMatchObject([
    { path: '/var/log/all', shared: true },
    { path: '/var/log/own', shared: false },
  ]);
});

test("the command line's words for inetd services are heard", async () => {
  const table = await loaded({ '/a': inetd(1) }, ['/a'], { startsPerMinute: 7, backlog: 5 });
  const [entry] = table.entries;
  expect(entry?.state === 'ready' && [entry.service.limits.startsPerMinute, entry.service.socket.backlog]).toEqual([
    7, 5,
  ]);
});

test('the table and what is in it cannot be changed', async () => {
  const table = await loaded({ '/a': `${inetd(1)}x stream\n` }, ['/a']);
  expect(
    [table, table.entries, table.diagnostics, table.files, table.unread].map((part) => Object.isFrozen(part)),
  ).toEqual(Array(5).fill(true));
  expect(table.diagnostics.map((diagnostic) => Object.isFrozen(diagnostic))).toEqual([true]);
});
