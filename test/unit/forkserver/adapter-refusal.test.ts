/** Scripts that cannot be parked say why before they end; what is to be loaded early is there when they are parked. */
import { expect, test } from 'vitest';

import { testFolder } from '../../daemon/kinetd.ts';
import { type Case, jobFor, type languages, obstacle } from './adapter.ts';
import { type Step, type Story, stories } from './parked.ts';

type Language = keyof typeof languages;

function inLanguage(language: Language, title: string, one: Case, check: (told: Story) => void): void {
  const missing = obstacle(language);
  test.skipIf(missing !== undefined)(`${language}: ${title}${missing === undefined ? '' : ` [${missing}]`}`, () => {
    const [told] = stories([jobFor(language, testFolder(), 'script', one)]);
    if (told === undefined) throw new Error('no story');
    check(told);
  });
}

function refused(language: Language, title: string, one: Case, reason: RegExp): void {
  inLanguage(language, title, one, ({ first }) => {
    expect(first.kind).toBe('X');
    expect(first.text).toMatch(reason);
  });
}

refused(
  'python3',
  'a script that does not compile',
  { script: 'x = 1\nif:\n' },
  /^SyntaxError: invalid syntax \(script\.py, line 2\)$/,
);

refused(
  'python3',
  'a module that starts a thread',
  {
    script: 'import threads',
    files: { 'threads.py': 'import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()' },
  },
  /^the program has started threads: it has 2$/,
);

refused(
  'python3',
  'a module that opens a socket',
  { script: 'import opens', files: { 'opens.py': 'import socket\nkept = socket.socket()' } },
  /^the program has opened socket:\[\d+\] as descriptor 3, which connections cannot share$/,
);

refused(
  'python3',
  'a module to preload that does not exist',
  { script: 'pass', parkedEnvironment: ['KINETD_PRELOAD_MODULES=json nothing.here'] },
  /^preload_modules: nothing\.here: ModuleNotFoundError: No module named 'nothing'$/,
);

inLanguage(
  'python3',
  'modules that the script imports first, and those to preload, are loaded when it is parked',
  {
    script: `"""Text."""
import json
VALUE = 1
def early(a, b=2): import colorsys
import csv
print(1)
import sched
`,
    parkedEnvironment: ['KINETD_PRELOAD_MODULES=email.message wave'],
  },
  ({ first }) => {
    const loaded = (name: string): boolean => first.files?.some((file) => file.endsWith(`/${name}`)) ?? false;
    expect(
      ['script.py', 'json/__init__.py', 'csv.py', 'email/message.py', 'wave.py'].filter((name) => !loaded(name)),
    ).toEqual([]);
    expect(['colorsys.py', 'sched.py'].filter(loaded)).toEqual([]);
  },
);

inLanguage(
  'python3',
  'each connection has random numbers of its own',
  { script: 'import random\nprint(random.random(), random.SystemRandom().random())', files: {} },
  ({ results }) => {
    expect(new Set(results.map(({ output }) => output)).size).toBe(3);
  },
);

inLanguage(
  'python3',
  'a module that reads when it is imported finds the end of input, and the connection is still to be read',
  {
    script: 'import reads, sys\nprint(reads.line, sys.stdin.read())',
    files: { 'reads.py': 'line = repr(input) if False else open(0, closefd=False).read()' },
    input: 'x',
  },
  ({ results }) => {
    expect(results.map(({ output }) => output)).toEqual(['x \n', ' x\n', ' x\n']);
  },
);

inLanguage(
  'perl',
  'a script that does not compile never parks, and tells so on descriptor 2',
  { script: 'if (' },
  ({ first, said }) => {
    expect(first.kind).toBe('');
    expect(said).toMatch(/^syntax error at /);
  },
);

refused(
  'perl',
  'a module to preload that does not exist',
  { script: 'print 1', parkedEnvironment: ['KINETD_PRELOAD_MODULES=POSIX Nothing::Here'] },
  /^preload_modules: Nothing::Here: Can't locate Nothing\/Here\.pm in @INC/,
);

refused(
  'perl',
  'a module that opens a pipe',
  { script: 'BEGIN { pipe $main::r, $main::w }\nprint 1' },
  /^the program has opened pipe:\[\d+\] as descriptor \d, which connections cannot share$/,
);

inLanguage(
  'perl',
  'modules that it uses are loaded when it is parked, and those to preload too',
  { script: 'use Data::Dumper;', parkedEnvironment: ['KINETD_PRELOAD_MODULES=Time::Local'] },
  ({ first }) => {
    for (const name of ['script.pl', 'Data/Dumper.pm', 'Time/Local.pm'])
      expect(first.files?.filter((file) => file.endsWith(`/${name}`))).toHaveLength(1);
  },
);

inLanguage(
  'perl',
  'each connection has random numbers of its own',
  { script: 'my $number; BEGIN { $number = rand }\nprint rand' },
  ({ results }) => {
    expect(new Set(results.map(({ output }) => output)).size).toBe(3);
  },
);

refused('ruby', 'a script that does not compile', { script: 'puts 1\nif (' }, /^SyntaxError: syntax error, unexpected/);

refused(
  'ruby',
  'a script that does not compile without warnings',
  { options: ['-w'], script: 'def unused\n  value = 1\nend' },
  /^the script does not compile without warnings: .*assigned but unused variable/,
);

refused(
  'ruby',
  'a library that starts a thread',
  { script: 'require_relative "threads"', files: { 'threads.rb': 'Thread.new { sleep }' } },
  /^the program has started threads: it has [23]$/,
);

refused(
  'ruby',
  'a library to preload that does not exist',
  { script: 'puts 1', parkedEnvironment: ['KINETD_PRELOAD_MODULES=set nothing/here'] },
  /^preload_modules: nothing\/here: LoadError: cannot load such file/,
);

inLanguage(
  'ruby',
  'libraries that the script requires first, and those to preload, are loaded when it is parked',
  {
    script: `# frozen_string_literal: true
require 'json'
NAME = 'x'
def late = require('csv')
require_relative 'beside'
puts rand, Random.rand
require 'abbrev'
`,
    files: { 'beside.rb': 'rand' },
    parkedEnvironment: ['KINETD_PRELOAD_MODULES=digest/md5'],
  },
  ({ first, results }) => {
    const loaded = (name: string): boolean => first.files?.some((file) => file.endsWith(`/${name}`)) ?? false;
    expect(['script.rb', 'beside.rb', 'json.rb', 'digest.rb'].filter((name) => !loaded(name))).toEqual([]);
    expect(['csv.rb', 'abbrev.rb'].filter(loaded)).toEqual([]);
    expect(new Set(results.flatMap(({ output }) => output?.split('\n'))).size).toBe(7);
  },
);

refused(
  'php',
  'a script that does not compile',
  { script: '<?php\nif (' },
  /^the script, or a file to preload, does not compile$/,
);

refused(
  'php',
  'a file to preload that does not exist',
  { script: '<?php echo 1;', parkedEnvironment: ['KINETD_PRELOAD_MODULES=nothing/here.php'] },
  /^preload_modules: nothing\/here\.php: no such file in the include_path$/,
);

inLanguage(
  'php',
  'each connection has random numbers of its own, and files to preload are told',
  {
    script: '<?php\necho mt_rand(), " ", lcg_value(), " ", uniqid("", true), " ", bin2hex(random_bytes(8));',
    files: { 'early.inc': '<?php return 1;' },
    parkedEnvironment: ['KINETD_PRELOAD_MODULES=@FOLDER@/early.inc'],
  },
  ({ first, results }) => {
    expect(new Set(results.flatMap(({ output }) => output?.split(' '))).size).toBe(12);
    for (const name of ['script.php', 'early.inc'])
      expect(first.files?.filter((file) => file.endsWith(`/${name}`))).toHaveLength(1);
  },
);

test.skipIf(obstacle('php') !== undefined)('php: a file that is included is compiled again when it has changed', () => {
  const folder = testFolder();
  const path = `${folder}/included.inc`;
  const one: Case = {
    /* As servers in production are often told. */
    options: ['-d', 'opcache.validate_timestamps=0', '-d', 'opcache.revalidate_freq=60'],
    script:
      '<?php\necho opcache_is_script_cached("@FOLDER@/included.inc") ? "kept " : "";\ninclude "@FOLDER@/included.inc";',
    files: { 'included.inc': '' },
  };
  const request: Step = { do: 'request' };
  const now = Math.floor(Date.now() / 1000);
  const write = (word: string, modified: number): Step => ({
    do: 'write',
    path,
    text: `<?php echo "${word}";`,
    modified,
  });
  const steps: readonly Step[] = [
    /* One that is old enough is compiled once, */
    write('one', now - 60),
    request,
    request,
    /* and one that is written twice in a second, which is all that opcache sees of its time, by each connection. */
    write('two', now + 60),
    request,
    write('six', now + 60),
    request,
    request,
  ];
  const [told] = stories([jobFor('php', folder, 'script', one, steps)]);
  expect(told?.results.map(({ output }) => output).filter((output) => output !== undefined)).toEqual([
    'one',
    'kept one',
    'two',
    'six',
    'six',
  ]);
});
