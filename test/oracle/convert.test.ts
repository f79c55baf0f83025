/** What `kinetd convert` writes for the old daemons, under the old daemons: they take every line of it, and serve alike. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { command } from '../daemon/commands.ts';
import { testFolder } from '../daemon/kinetd.ts';
import { compare, same } from './pair.ts';

/** Ports of the sources, which become those that are free. */
const ports: Readonly<Record<string, string>> = { one: '47101', two: '47102', three: '47103', closed: '47104' };

async function converted(source: string, ...words: readonly string[]): Promise<string> {
  const path = join(testFolder(), 'source');
  writeFileSync(path, source);
  const { output, status } = await command('convert', '-f', path, ...words);
  expect(status === 0 || status === 3).toBe(true);
  return Object.entries(ports).reduce((text, [name, port]) => text.replaceAll(port, `@PORT:${name}@`), output);
}

const native = `# everywhere
defaults
{
	log_type = SYSLOG daemon
	log_on_success = PID HOST USAGE
	v6only = no
	timeout = 60
	bind = 127.0.0.1
	instances = 20
}

service one
{
	type = UNLISTED
	port = ${ports['one']} # the first
	socket_type = stream
	wait = no
	user = root
	command = /bin/cat -u
	flags = NOLIBWRAP KEEPALIVE
	access_times = 12:00-11:59 0:00-24:00
	rlimit_as = 1G
	rate_limit = 100/s burst 200
	cps = 0 0
}

service several
{
	listen = tcp:127.0.0.1:${ports['two']} tcp:127.0.0.1:${ports['three']}
	wait = no
	user = nobody
	group = daemon
	server = /bin/sh
	server_args = echo -c cat
	flags = NOLIBWRAP NAMEINARGS
	only_from = 127.0.0.0/255.0.0.0 10.1.{2,3}
}

service closed
{
	type = UNLISTED
	port = ${ports['closed']}
	socket_type = stream
	wait = no
	user = root
	server = /bin/cat
	flags = NOLIBWRAP IPv4
	only_from = 10.0.0.0/8
}
`;

const inetd = `# kinetd: dialect freebsd
127.0.0.1:${ports['one']} stream tcp nowait/5/0/2 root /bin/cat cat
127.0.0.1:${ports['two']} stream tcp nowait nobody:daemon /bin/sh echo -c cat
127.0.0.1:${ports['three']} stream tcp4 nowait root /bin/cat "cat" -u
`.replaceAll(/^127\.0\.0\.1:/gm, '');

/** The same in the spelling that has addresses. */
const debian = inetd
  .replace('freebsd', 'debian')
  .replaceAll(/^(\d+)/gm, '127.0.0.1:$1')
  .replace('/5/0/2', '.500')
  .replaceAll('"', '');

const xinetd = { personality: 'xinetd', root: true } as const;

same(xinetd, 'a configuration of kinetd, converted, is served by xinetd, which complains about nothing', async () => {
  const text = await converted(native, '--to', 'xinetd');
  const { debian: theirs, kinetd } = await compare(
    { personality: 'xinetd', files: { 'xinetd.conf': text } },
    async (side) => ({
      served: await Promise.all(['one', 'two', 'three', 'closed'].map((port) => side.fares(port))),
      complaints: side.name === 'Debian' ? complaints(side.read('daemon.log')) : [],
    }),
  );
  expect(theirs).toEqual({ served: ['served', 'served', 'served', 'closed'], complaints: [] });
  expect(kinetd).toEqual(theirs);
});

same(xinetd, 'an inetd.conf, converted, is served by xinetd, which complains about nothing', async () => {
  for (const source of [debian, inetd]) {
    const text = (await converted(source, '--to', 'xinetd')).replaceAll(
      'flags = NOLIBWRAP IPv4',
      'bind = 127.0.0.1\n\tflags = NOLIBWRAP',
    );
    const { debian: theirs, kinetd } = await compare(
      { personality: 'xinetd', files: { 'xinetd.conf': text } },
      async (side) => ({
        served: await Promise.all(['one', 'two', 'three'].map((port) => side.fares(port))),
        complaints: side.name === 'Debian' ? complaints(side.read('daemon.log')) : [],
      }),
    );
    expect(theirs).toEqual({ served: ['served', 'served', 'served'], complaints: [] });
    expect(kinetd).toEqual(theirs);
  }
});

same(
  { personality: 'inetd', root: true },
  "a configuration of kinetd, converted, is served by Debian's inetd",
  async () => {
    const text = await converted(native, '--to', 'inetd');
    const { debian: theirs, kinetd } = await compare(
      { personality: 'inetd', files: { 'inetd.conf': text } },
      async (side) => ({
        served: await Promise.all(['one', 'two', 'three'].map((port) => side.fares(port))),
        complaints: side.name === 'Debian' ? complaints(side.output) : [],
      }),
    );
    expect(theirs).toEqual({ served: ['served', 'served', 'served'], complaints: [] });
    expect(kinetd).toEqual(theirs);
  },
);

same(
  { personality: 'inetutils', root: true },
  "a configuration of kinetd, converted, is served by GNU inetutils' inetd",
  async () => {
    const text = await converted(native, '--to', 'inetd', '--inetd', 'gnu');
    const answers = await compare({ personality: 'inetutils', files: { 'inetd.conf': text } }, (side) =>
      Promise.all(['one', 'two', 'three'].map((port) => side.fares(port))),
    );
    expect(answers).toEqual({ debian: ['served', 'served', 'served'], kinetd: ['served', 'served', 'served'] });
  },
);

function complaints(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /ERROR|WARNING|CRITICAL|bad|illegal|unknown|error/i.test(line) && !/FAIL/.test(line));
}
