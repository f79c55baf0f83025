/** Configurations in kinetd's own form, as xinetd.conf and as inetd.conf: what a golden file would not show. */
import { expect, test } from 'vitest';

import { fakeSystem, type Machine } from '../config/fake-system.ts';
import { memoryFiles } from '../config/memory-files.ts';
import { meaningOf, type Readable, readable, textOf } from './converting.ts';

function read(files: Readonly<Record<string, string>>, machine: Machine = { everything: true }): Promise<Readable> {
  return readable(Object.keys(files), memoryFiles(files), fakeSystem(machine));
}

function entry(name: string, ...lines: readonly string[]): string {
  const usual = ['type = UNLISTED', 'socket_type = stream', 'wait = no', 'user = root', 'server = /bin/cat'];
  return `service ${name}\n{\n${[...usual, ...lines].map((line) => `${line}\n`).join('')}}\n`;
}

test('defaults do not reach lines of an inetd.conf, so each service of the other file has what they say', async () => {
  const mixed = {
    '/x': `defaults\n{\ninstances = 3\nonly_from = 10.0.0.1\nenabled = a c\nmetrics = unix:/run/m\n}\n${entry('a', 'port = 9001', 'only_from += 10.0.0.2')}${entry('b', 'port = 9002')}${entry('c', 'port = 9003', 'instances = 4')}`,
    '/y': '9004 stream tcp4 nowait alice /bin/cat cat\n',
  };
  const first = await read(mixed);
  const text = textOf(first.to('kinetd'));
  const second = await read({ '/z': text });
  const services = (source: Readable): unknown =>
    source.table.entries.map((each) => [
      each.id,
      each.state,
      each.state === 'ready'
        ? [each.service.limits.instances, each.service.access.onlyFrom?.map(({ address }) => address)]
        : [],
    ]);
  expect(services(second)).toEqual([
    ['a', 'ready', [3, ['10.0.0.1', '10.0.0.2']]],
    ['b', 'disabled', []],
    ['c', 'ready', [4, ['10.0.0.1']]],
    ['9004', 'ready', [undefined, undefined]],
    ['metrics-unix', 'ready', [10, undefined]],
  ]);
});

test('a configuration that has been converted to the form that it has is converted to itself', async () => {
  const text = textOf(
    (
      await read({
        '/x': `# one\ndefaults\n{\n# two\ncps = 1 2\n}\n# three\n${entry('a', 'port = 1', '# four', 'nice = 1')}# five\n`,
      })
    ).to('kinetd'),
  );
  for (const word of ['one', 'two', 'three', 'four', 'five'])
    expect(text.match(new RegExp(`^\\s*# ${word}$`, 'gm'))).toHaveLength(1);
  const again = textOf((await read({ '/x': text })).to('kinetd'));
  expect(again).toBe(text);
});

test('bytes of names and comments stay what they are', async () => {
  const bytes = '# B\xc3\xbccher \xe2\x82\xac\n# \xff\n';
  const text = textOf(
    (await read({ '/x': `${bytes}${entry('b\xc3\xbccher', 'port = 1', 'server_args = \xe2\x82\xac')}` })).to('kinetd'),
  );
  expect(text).toContain(bytes);
  expect(text).toContain('service b\xc3\xbccher\n');
  expect(text).toContain('server_args = \xe2\x82\xac\n');
});

test('what xinetd reads otherwise is written so that it means the same there', async () => {
  const source = await read({
    '/x':
      `defaults\n{\nv6only = yes\nlog_on_success = HOST USAGE TRAFFIC\nlog_type = SYSLOG daemon\n}\n` +
      entry(
        'a',
        'port = 1',
        'only_from = 10.1. 10.2.0.0/255.255.0.0 ::1/128 127.1 10.0.0.0/32',
        'access_times = 22:00-6:00 8:00-24:00',
        'rlimit_as = 2G',
      ) +
      entry('b', 'port = 2', 'server_args = x', 'flags = NAMEINARGS IPv4 IPv6', 'v6only = no') +
      'service trap\n{\nport = 3\ntype = UNLISTED\nsocket_type = stream\nwait = no\nflags = SENSOR\ndeny_time = 5\n}\n',
  });
  const { losses } = source.to('xinetd');
  const text = textOf(source.to('xinetd'));
  expect(text).toMatch(/only_from = 10\.1\.0\.0\/16 10\.2\.0\.0\/16 ::1 127\.0\.0\.1 10\.0\.0\.0\/32\n/);
  expect(text).toMatch(/access_times = 22:00-23:59 0:00-6:00 8:00-23:59\n/);
  expect(text).toMatch(/rlimit_as = 2147483648\n/);
  expect(text).toMatch(/flags = NAMEINARGS\n\tserver_args = x\n/);
  // In defaults it has no effect there, and `no` is taken for `yes`.
  expect(text.match(/v6only = yes/g)).toHaveLength(2);
  expect(text).not.toContain('v6only = no');
  // Services with TRAFFIC that are not redirected do not run there.
  expect(text.match(/log_on_success = HOST\n/g)).toHaveLength(3);
  expect(text).toMatch(/type = UNLISTED INTERNAL\n/);
  expect(losses.map(({ service, attribute }) => `${service} ${attribute}`)).toEqual([
    'a log_on_success',
    'a log_on_success',
    'b log_on_success',
    'b log_on_success',
    'trap log_on_success',
    'trap log_on_success',
  ]);
});

test('a service that services(5) does not have is UNLISTED for xinetd', async () => {
  const machine = { services: { 'ftp/tcp': 21 } };
  const listed = entry('ftp', 'port = 21').replace('type = UNLISTED\n', '');
  const other = entry('mine', 'port = 2100').replace('type = UNLISTED\n', '');
  const text = textOf((await read({ '/x': listed + other }, machine)).to('xinetd'));
  expect(text.match(/UNLISTED/g)).toHaveLength(1);
  expect(text.indexOf('UNLISTED')).toBeGreaterThan(text.indexOf('service mine'));
});

test('of several sockets each has an entry for xinetd, and ids in enabled mean all of them', async () => {
  const source = await read({
    '/x': `defaults\n{\nenabled = a\nbind = 127.0.0.1\n}\nservice a\n{\nlisten = tcp:1 tcp:[::1]:2 unix:/x\nwait = no\nuser = root\nserver = /bin/cat\nper_source = 2\n}\n`,
  });
  const { losses } = source.to('xinetd');
  const { table } = await read({ '/x': textOf(source.to('xinetd')) });
  expect(table.entries.map(({ id, state }) => [id, state])).toEqual([
    ['a', 'ready'],
    ['a-2', 'ready'],
  ]);
  const sockets = (source_: typeof table): unknown =>
    source_.entries.flatMap((each) =>
      each.state === 'ready' ? each.service.endpoints.map(({ address, port }) => `${address} ${port}`) : [],
    );
  expect(sockets(table)).toEqual([':: 1', '::1 2']);
  expect(losses.map(({ attribute }) => attribute)).toEqual(['per_source', 'listen']);
});

test('lines of an inetd.conf mean the same in another inetd, as far as it has words for it', async () => {
  const source = await read({
    '/x': '# kinetd: dialect debian\nftp stream tcp nowait.7 root /bin/cat cat -u\n10.0.0.1,[::1]:79 stream tcp nowait alice:staff /bin/sh x -c y\n',
  });
  for (const target of ['openbsd', 'netbsd', 'gnu', 'debian'] as const) {
    const { table } = await read({ '/x': textOf(source.to(target)) });
    const facts = (each: Readable['table']): unknown =>
      each.entries
        .flatMap((one) => {
          if (one.state !== 'ready' || one.service.server.kind !== 'program') return [one.state];
          const { launch } = one.service.server;
          return one.service.endpoints.map(({ family, address, port }) =>
            JSON.stringify([family, address, port, launch.argv, launch.identity, one.service.limits.startsPerMinute]),
          );
        })
        .toSorted();
    expect(facts(table), target).toEqual(facts(source.table));
  }
  expect(meaningOf(source.table, 'services')).toMatchObject({ described: [{ id: 'ftp' }, { id: '79' }] });
});
