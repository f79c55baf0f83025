/** Which services get a fork server by launch = forkserver, and how it is launched. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { type ExecutableFile, headBytes } from '../../../src/config/mod.ts';
import { executableOf } from '../../../src/config/resolve/executable.ts';
import type { ForkserverPlan } from '../../../src/model/mod.ts';
import { codesOf, definition, onlyService, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

type Settings = Parameters<typeof definition>[1];

const text = (content: string, privileged = false): ExecutableFile => ({ head: Buffer.from(content), privileged });
const dynamic: ExecutableFile = { head: readFileSync(process.execPath).subarray(0, headBytes), privileged: false };

const machine = {
  programs: Object.fromEntries(
    [
      '/bin/dynamic',
      '/bin/script',
      '/bin/setuid',
      '/bin/sh-script',
      '/bin/env-script',
      '/usr/bin/python3',
      '/usr/bin/perl',
    ]
      .concat('/usr/bin/php8.2', '/usr/bin/ruby', '/bin/data')
      .map((path) => [path, 'executable' as const]),
  ),
  executables: {
    '/bin/dynamic': dynamic,
    '/bin/script': text('#! /usr/bin/python3 -u\nprint(1)\n'),
    '/bin/env-script': text('#!/usr/bin/env perl\n'),
    '/bin/sh-script': text('#!/bin/sh\n'),
    '/bin/setuid': { ...dynamic, privileged: true },
    '/bin/data': text('hello'),
    '/usr/bin/python3': dynamic,
    '/usr/bin/perl': dynamic,
    '/usr/bin/ruby': dynamic,
    '/usr/bin/php8.2': dynamic,
  },
  environment: { PATH: '/usr/bin:/bin', LD_PRELOAD: '/lib/own.so' },
  forkserver: { library: '/lib/fs.so', adapters: '/adapter' },
} as const;

async function plan(settings: Settings): Promise<ForkserverPlan | undefined> {
  const { server } = await onlyService([definition('x', { launch: 'forkserver', ...settings })], fakeSystem(machine));
  return server.kind === 'program' ? server.forkserver : undefined;
}

test('a dynamically linked program is parked before main, with the library in front of its own', async () => {
  const forkserver = await plan({ server: '/bin/dynamic', server_args: ['a'] });
  expect(forkserver).toMatchObject({ files: ['/bin/dynamic'], start: 'load' });
  expect(forkserver?.launch).toMatchObject({ program: '/bin/dynamic', argv: ['dynamic', 'a'], variables: [] });
  expect(forkserver?.launch.environment).toEqual([
    'PATH=/usr/bin:/bin',
    'LD_PRELOAD=/lib/fs.so /lib/own.so',
    'KINETD_FORKSERVER=main',
    'LD_BIND_NOW=kinetd',
  ]);
});

test('when its symbols are bound is left to a service that says so itself', async () => {
  const forkserver = await plan({ server: '/bin/dynamic', env: ['LD_BIND_NOW=1'] });
  expect(forkserver?.launch.environment.filter((variable) => variable.startsWith('LD_BIND_NOW'))).toEqual([
    'LD_BIND_NOW=1',
  ]);
});

test('launch = exec, and a service that says nothing, have none', async () => {
  expect(await plan({ server: '/bin/dynamic', launch: 'exec' })).toBeUndefined();
  expect(await plan({ server: '/bin/dynamic', launch: undefined })).toBeUndefined();
});

describe('scripts are loaded by an adapter', () => {
  test.each<[string, Settings, string, readonly string[], string]>([
    [
      'by the #! line, as the kernel reads it',
      { server: '/bin/script', server_args: ['x', '-y'] },
      '/usr/bin/python3',
      ['/usr/bin/python3', '-u', '/adapter/python.py', '/bin/script', 'x', '-y'],
      '/bin/script',
    ],
    [
      'through env, found in the PATH of the service',
      { server: '/bin/env-script' },
      '/usr/bin/perl',
      ['/usr/bin/perl', '-I', '/adapter', '-Mkinetd_forkserver', '/bin/env-script'],
      '/bin/env-script',
    ],
    [
      'as the argument of the interpreter',
      { server: '/usr/bin/python3', server_args: ['-W', 'ignore', '-IE', '/srv/a.py', '-c'] },
      '/usr/bin/python3',
      ['python3', '-W', 'ignore', '-IE', '/adapter/python.py', '/srv/a.py', '-c'],
      '/srv/a.py',
    ],
    [
      'with a path from the working directory',
      { server: '/usr/bin/ruby', server_args: ['-w', 'a.rb'] },
      '/usr/bin/ruby',
      ['ruby', '-w', '-r', '/adapter/ruby.rb', 'a.rb'],
      '/a.rb',
    ],
    [
      'php, with -f',
      { server: '/usr/bin/php8.2', server_args: ['-q', '-d', 'a=b', '-f', '/srv/a.php'] },
      '/usr/bin/php8.2',
      [
        'php8.2',
        '-q',
        '-d',
        'a=b',
        '-d',
        'opcache.enable_cli=1',
        '-d',
        'opcache.record_warnings=1',
        '-d',
        'auto_prepend_file=/adapter/php.php',
        '-f',
        '/srv/a.php',
      ],
      '/srv/a.php',
    ],
  ])('%s', async (_, settings, program, argv, script) => {
    const forkserver = await plan({ ...settings, preload_modules: ['json', 'os'] });
    expect(forkserver).toMatchObject({ files: [program, script], launch: { program, argv } });
    expect(forkserver?.launch.environment.slice(-3)).toEqual([
      'KINETD_FORKSERVER=call',
      'LD_BIND_NOW=kinetd',
      'KINETD_PRELOAD_MODULES=json os',
    ]);
  });
});

test('preload_modules are told to the fork server of a script', async () => {
  const forkserver = await plan({ server: '/bin/script', preload_modules: ['json', 'a.b'] });
  expect(forkserver?.launch.environment).toContain('KINETD_PRELOAD_MODULES=json a.b');
  expect((await plan({ server: '/bin/script' }))?.launch.environment.join()).not.toContain('PRELOAD_MODULES');
});

test.each<[string, Settings]>([
  ['a script of sh', { server: '/bin/sh-script' }],
  ['what is no program', { server: '/bin/data' }],
  ['a service that waits', { server: '/bin/dynamic', wait: true }],
  ['a command line without a script', { server: '/usr/bin/python3', server_args: ['-c', 'print(1)'] }],
  ['a script from the client', { server: '/usr/bin/perl', server_args: ['-'] }],
  ['an option without its value', { server: '/usr/bin/perl', server_args: ['-I'] }],
])('%s: executed, with a note', async (_, settings) => {
  expect(await plan(settings)).toBeUndefined();
  expect(await codesOf([definition('x', { launch: 'forkserver', ...settings })], fakeSystem(machine))).toEqual([
    'forkserver-not-used',
  ]);
});

test('of datagrams the note says that a fork serves a connection, and not that the socket is given away', async () => {
  const each: Settings = { server: '/bin/dynamic', socket_type: 'dgram', protocol: 'udp', wait: false };
  expect(await plan(each)).toBeUndefined();
  const notes = async (settings: Settings): Promise<string> => {
    const { diagnostics } = await resolved(
      [definition('x', { launch: 'forkserver', ...settings })],
      fakeSystem(machine),
    );
    return diagnostics.map(({ message }) => message).join();
  };
  expect(await notes(each)).toMatch(/executed for each client: .*a fork serves a connection$/);
  expect(await notes({ ...each, wait: true })).toMatch(/gets the socket itself$/);
});

test('a program that gives rights is refused, but where defaults ask for fork servers', async () => {
  const setuid = definition('x', { server: '/bin/setuid', launch: 'forkserver' });
  expect(await codesOf([setuid], fakeSystem(machine))).toEqual(['forkserver-privileged']);
});

test('without the library: executed, with a note', async () => {
  const asked = [definition('x', { launch: 'forkserver', server: '/bin/dynamic' })];
  expect(await codesOf(asked, fakeSystem({ ...machine, forkserver: undefined }))).toEqual(['forkserver-not-used']);
});

describe('what kind of program a file is', () => {
  test('dynamically linked', () => {
    expect(executableOf(dynamic.head)).toMatchObject({ kind: 'elf', loader: expect.stringMatching(/^\/lib.*ld-/) });
  });

  test('no loader: statically linked, or cut off', () => {
    expect(executableOf(dynamic.head.subarray(0, 64))).toEqual({ kind: 'elf', loader: undefined });
    expect(executableOf(dynamic.head.subarray(0, 20))).toEqual({ kind: 'other' });
  });

  test.each([
    ['#!/bin/sh\nx', '/bin/sh', undefined],
    ['#! \t/bin/x  -a b  \n', '/bin/x', '-a b'],
    ['#!/bin/sh', '/bin/sh', undefined],
  ])('%j', (head, interpreter, argument) => {
    expect(executableOf(Buffer.from(head))).toEqual({ kind: 'script', interpreter, argument });
  });

  test('no script', () => {
    expect(executableOf(Buffer.from('#!\n'))).toEqual({ kind: 'other' });
    expect(executableOf(Buffer.from(''))).toEqual({ kind: 'other' });
  });
});
