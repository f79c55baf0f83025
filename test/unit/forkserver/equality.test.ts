/**
 * What a program can see of itself, executed and from a fork server: everything is the same but for the list below.
 *
 * The probe of the comparisons with other daemons (C) and a script in each language tell it; the languages read the
 * kernel's files about themselves, where an interpreter cannot tint the answer.
 */
import { expect, test } from 'vitest';

import { testFolder } from '../../daemon/kinetd.ts';
import { probe } from '../../oracle/probe.ts';
import { isRoot } from '../os/fixture.ts';
import { jobFor, type languages, obstacle } from './adapter.ts';
import { type Job, type Result, sanitized, stories } from './parked.ts';

/** Another user, other groups and limits, as a service may say; an ordinary user keeps its own. */
const setup = {
  umask: 0o027,
  nice: 2,
  directory: '/usr',
  limits: { nofile: 64, cpu: 50, core: 0, stack: 4 << 20, fsize: 1 << 30 },
  ...(isRoot ? { uid: 65_534, gid: 12_345, groups: [12_346, 12_347] } : {}),
} satisfies Partial<Job>;

/** Lines of /proc/self/status that differ from one process to the next, however it is made; FDSize is that of its maker. */
const ofEachProcess =
  /^(Pid|Tgid|FDSize|NS\w+|Ngid|Vm\w+|Rss\w+|Hugetlb\w+|SigQ|\w*_ctxt_switches|Cpus_allowed\w*|Mems_allowed\w*):/;

/**
 * Fields of /proc/self/stat that are the same: name, state, terminal, its group, priority, nice, threads, exit signal,
 * real-time priority and policy. Field 9 is not: a process that was not executed is marked so (PF_FORKNOEXEC).
 */
const statFields = [2, 3, 7, 8, 18, 19, 20, 38, 40, 41];

const files = ['status', 'stat', 'limits', 'oom_score_adj', 'coredump_filter', 'cgroup', 'personality', 'loginuid'];

/** The sections `== NAME` of an output, without what differs from one process to the next. */
function sections(output: string): Readonly<Record<string, unknown>> {
  const parts = output.split(/^== (.*)\n/m).slice(1);
  const named: [string, string][] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) named.push([parts[at] ?? '', parts[at + 1] ?? '']);
  return Object.fromEntries(named.map(([name, text]) => [name, comparable(name, text)]));
}

function comparable(name: string, text: string): unknown {
  const lines = text.split('\n');
  if (name === 'status') return lines.filter((line) => !ofEachProcess.test(line));
  if (name !== 'stat') return lines;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const own = text.slice(0, text.indexOf(' '));
  const field = (number: number): string | undefined => (number === 2 ? /\(.*\)/s.exec(text)?.[0] : fields[number - 3]);
  return { leads: [field(5) === own, field(6) === own], fields: statFields.map(field) };
}

function both(job: Job): readonly [Result, Result] {
  const connection = { environment: ['REMOTE_HOST=::1', 'EMPTY='] };
  const steps = [
    { do: 'exec', ...connection },
    { do: 'request', ...connection },
  ] as const;
  const [told] = stories([{ ...job, ...setup, environment: ['PATH=/usr/bin:/bin', 'A=1'], steps }]);
  const [executed, forked] = told?.results ?? [];
  if (executed === undefined || forked === undefined) throw new Error(`not parked: ${JSON.stringify(told)}`);
  return [executed, forked];
}

test.skipIf(sanitized)('C: the probe finds the same', () => {
  const [executed, forked] = both({ mode: 'main', argv: [probe(), 'a', '', 'b c', '-x', '3'], steps: [] });
  const comparableLines = (output = ''): string[] => output.split('\n').filter((line) => !line.startsWith('pid '));
  expect(comparableLines(forked.output)).toEqual(comparableLines(executed.output));
  expect(comparableLines(forked.output).length).toBeGreaterThan(60);
  expect([executed.status, forked.status]).toEqual([3, 3]);
});

test.skipIf(sanitized)('C: the kernel tells the same of both', () => {
  const paths = files.map((name) => `/proc/self/${name}`);
  const program = '/usr/bin/tail';
  const [executed, forked] = both({ mode: 'main', argv: [program, '-n', '+1', '-v', ...paths], steps: [] });
  const told = (output = ''): unknown => sections(output.replaceAll(/^==> \/proc\/self\/(.*) <==$/gm, '== $1'));
  expect(told(forked.output)).toEqual(told(executed.output));
  expect(Object.keys(told(forked.output) as object)).toEqual(files);
});

const differs = 'the library of a sanitizer is seen in one of them only';

/** Each prints the files, its environment, folder and open descriptors in sections. */
const scripts: Readonly<Record<keyof typeof languages, string>> = {
  python3: `
import os, sys
for name in '${files.join(' ')}'.split():
    print('== ' + name); print(open('/proc/self/' + name).read())
print('== environment', *sorted(f'{k}={v}' for k, v in os.environ.items()), '== folder', os.getcwd(), '== arguments', *sys.argv, sep='\\n')
print('== descriptors')
for fd in range(64):
    try: print(fd, os.fstat(fd).st_mode, os.get_inheritable(fd), os.get_blocking(fd))
    except OSError: pass
`,
  perl: `
use Fcntl; use Cwd;
for my $name (qw(${files.join(' ')})) { print "== $name\\n"; open my $file, '<', "/proc/self/$name"; print <$file>, "\\n"; }
print "== environment\\n", map({ "$_=$ENV{$_}\\n" } sort keys %ENV), "== folder\\n", getcwd(), "\\n== arguments\\n$0 @ARGV\\n== descriptors\\n";
for my $fd (0 .. 63) {
  open my $file, "<&=", $fd or next;
  print join(' ', $fd, (stat $file)[2], fcntl($file, F_GETFD, 0), fcntl($file, F_GETFL, 0)), "\\n"; push @kept, $file;
}
`,
  ruby: `
%w[${files.join(' ')}].each { |name| puts "== #{name}", File.read("/proc/self/#{name}"), '' }
puts '== environment', ENV.map { |k, v| "#{k}=#{v}" }.sort, '== folder', Dir.pwd, '== arguments', $0, ARGV, '== descriptors'
require 'fcntl'
puts Dir.children('/proc/self/fd').map(&:to_i).sort.map { |fd| [fd, File.readlink("/proc/self/fd/#{fd}")[/\\A[^\\d]*/]].join(' ') rescue fd }
`,
  php: `<?php
foreach (explode(' ', '${files.join(' ')}') as $name) echo "== $name\\n", file_get_contents("/proc/self/$name"), "\\n";
$environment = getenv(); ksort($environment);
foreach ($environment as $name => $value) $lines[] = "$name=$value";
echo implode("\\n", ['== environment', ...$lines, '== folder', getcwd(), '== arguments', ...$argv, '== descriptors', '']);
foreach (scandir('/proc/self/fd') as $fd) {
  $link = @readlink("/proc/self/fd/$fd");
  /* The file of the adapter and the lock of opcache are open beside those of the script. */
  if ($link && !preg_match('/ZendSem|opcache_lock|adapter/', $link)) echo preg_replace('/\\d.*/', '', $link), "\\n";
}
`,
};

for (const [language, script] of Object.entries(scripts) as [keyof typeof languages, string][]) {
  const missing = sanitized ? differs : obstacle(language);
  test.skipIf(missing !== undefined)(
    `${language}: a script finds the same${missing === undefined ? '' : ` [${missing}]`}`,
    () => {
      const job = jobFor(language, testFolder(), 'probe', { script, args: ['a', 'b c'] });
      const [executed, forked] = both(job);
      expect(executed).toMatchObject({ status: 0 });
      expect(sections(forked.output ?? '')).toEqual(sections(executed.output ?? ''));
      expect(Object.keys(sections(forked.output ?? ''))).toEqual([
        ...files,
        'environment',
        'folder',
        'arguments',
        'descriptors',
      ]);
    },
  );
}
