/** The daemon as a process: command line, exit statuses, pid file, signals, detaching, start-up. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { open } from '../daemon/client.ts';
import { passedOver } from '../daemon/signals.ts';
import { alive, until } from '../daemon/until.ts';
import { compiled } from './compile.ts';
import { entry, loggingDefaults } from './entry.ts';
import { type Answers, compare, difference, same } from './pair.ts';
import type { Needs } from './programs.ts';
import { aWhile } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

const files = { 'xinetd.conf': `${loggingDefaults}${entry('s')}` };

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

/** How a command line that starts nothing ends. */
async function status(...command: readonly string[]): Promise<Answers<number | NodeJS.Signals>> {
  return compare({ personality: 'xinetd', files, unready: true, command }, (side) => side.ended);
}

same(needs, 'command lines that cannot be understood end with status 1', async () => {
  for (const command of [
    ['stray'],
    ['-dontfork', '-f'],
    ['-dontfork', '-limit', 'many'],
    ['-dontfork', '-filelog', '@FOLDER@/a', '-syslog', 'daemon'],
    ['-dontfork', '-pidfile'],
  ]) {
    expect({ command, ...(await status(...command)) }).toEqual({ command, debian: 1, kinetd: 1 });
  }
});

same(needs, '-version ends with status 0 and says the version on stderr', async () => {
  const answers = await compare(
    { personality: 'xinetd', files, unready: true, command: ['-version'] },
    async (side) => [await side.ended, /\d\.\d/.test(side.output)],
  );
  alike(answers, [0, true]);
});

same(needs, 'a configuration that is not there: status 1 and a message', async () => {
  const command = ['-dontfork', '-filelog', '@FOLDER@/daemon.log', '-f', '@FOLDER@/absent'];
  const answers = await compare({ personality: 'xinetd', files, unready: true, command }, async (side) => {
    const ended = await side.ended;
    return [ended, side.messages.at(-1)];
  });
  alike(answers, [1, { level: 'CRITICAL', text: "couldn't get configuration. Exiting..." }]);
});

same(needs, 'a detached daemon without services ends', async () => {
  const command = ['-filelog', '@FOLDER@/daemon.log', '-f', '@FOLDER@/empty', '-pidfile', '@FOLDER@/pid'];
  const answers = await compare(
    { personality: 'xinetd', files: { ...files, empty: '# nothing\ndefaults\n{\n}\n' }, unready: true, command },
    async (side) => {
      const said = await until(() => side.messages.find(({ level }) => level === 'CRITICAL'));
      // What it has left running in spite of that would have its pid file.
      await until(() => (side.read('pid') === '' ? true : undefined));
      return said;
    },
  );
  alike(answers, { level: 'CRITICAL', text: 'no services. Exiting...' });
});

same(needs, 'a detached daemon that a reload leaves without services ends', async () => {
  const command = ['-filelog', '@FOLDER@/daemon.log', '-f', '@FOLDER@/xinetd.conf', '-pidfile', '@FOLDER@/pid'];
  const answers = await compare({ personality: 'xinetd', files, unready: true, command }, async (side) => {
    await until(() => side.messages.find(({ text }) => text === 'Started working: 1 available service'));
    const pid = Number(readFileSync(join(side.folder, 'pid'), 'latin1'));
    side.write('xinetd.conf', '');
    process.kill(pid, 'SIGHUP');
    await until(() => (alive(pid) ? undefined : true));
    return [side.messages.at(-1), side.read('pid')];
  });
  alike(answers, [{ level: 'CRITICAL', text: 'No available services. Exiting' }, '']);
});

same(needs, '-stayalive keeps a detached daemon without services', async () => {
  const empty = '# nothing\ndefaults\n{\n}\n';
  const command = [
    '-stayalive',
    '-filelog',
    '@FOLDER@/daemon.log',
    '-f',
    '@FOLDER@/xinetd.conf',
    '-pidfile',
    '@FOLDER@/pid',
  ];
  const answers = await compare(
    { personality: 'xinetd', files: { 'xinetd.conf': empty, later: entry('s') }, unready: true, command },
    async (side) => {
      await until(() => side.messages.find(({ text }) => text === 'Started working: 0 available services'));
      const pid = Number(await until(() => side.read('pid') || undefined));
      side.write('xinetd.conf', entry('s'));
      process.kill(pid, 'SIGHUP');
      await until(() => side.messages.find(({ text }) => text.startsWith('Reconfigured: new=1')));
      return side.fares('s');
    },
  );
  alike(answers, 'served');
});

difference(needs, 'a daemon that detaches has ended well only when its services are open', async () => {
  const command = ['-filelog', '@FOLDER@/daemon.log', '-f', '@FOLDER@/absent'];
  expect(await status(...command)).toEqual({ debian: 0, kinetd: 1 });
});

same(
  needs,
  'without -dontfork the daemon detaches: the command returns, the pid file has the pid, SIGTERM ends it',
  async () => {
    const command = ['-f', '@FOLDER@/xinetd.conf', '-filelog', '@FOLDER@/daemon.log', '-pidfile', '@FOLDER@/pid'];
    const answers = await compare({ personality: 'xinetd', files, unready: true, command }, async (side) => {
      const ended = await side.ended;
      await until(() => (/Started working: 1 available service/.test(side.read('daemon.log')) ? true : undefined));
      const pid = Number(readFileSync(join(side.folder, 'pid'), 'latin1'));
      const served = await side.fares('s');
      // Field 6 of stat is the session: a daemon has left that of its parent.
      const session = Number(
        readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /, '')
          .split(' ')[3],
      );
      process.kill(pid, 'SIGTERM');
      await until(() => (alive(pid) ? undefined : true));
      return [ended, pid !== side.pid, session !== sessionOfTest(), served, side.read('pid')];
    });
    alike(answers, [0, true, true, 'served', '']);
  },
);

same(needs, 'the pid file: a number and a newline, readable for all, gone at the end', async () => {
  const answers = await compare({ personality: 'xinetd', files, words: ['-pidfile', '@FOLDER@/pid'] }, async (side) => {
    const path = join(side.folder, 'pid');
    const text = readFileSync(path, 'latin1');
    const mode = statSync(path).mode & 0o777;
    side.signal('SIGTERM');
    const ended = await side.ended;
    return [text === `${side.pid}\n`, mode, ended, side.read('pid')];
  });
  alike(answers, [true, 0o644, 0, '']);
});

same(needs, 'SIGTERM ends the daemon with status 0 and a message', async () => {
  const answers = await compare({ personality: 'xinetd', files }, async (side) => {
    side.signal('SIGTERM');
    return [await side.ended, side.messages.at(-1), await side.fares('s')];
  });
  alike(answers, [0, { level: 'WARNING', text: 'Exiting...' }, 'no port']);
});

/** Starts a server that stays, sends the daemon a signal, and says whether the server outlives the daemon. */
async function serverAfter(signal: NodeJS.Signals): Promise<Answers<readonly unknown[]>> {
  return compare(
    {
      personality: 'xinetd',
      files: { 'xinetd.conf': loggingDefaults + entry('s', { server: '@PROBE@', server_args: '-r' }) },
    },
    async (side) => {
      const connection = await open(side.at('s'));
      const text = await connection.receive(/^argc/m);
      const pid = Number(/^pid (\d+)$/m.exec(text)?.[1]);
      side.signal(signal);
      const ended = await side.ended;
      const outlives = alive(pid);
      connection.close();
      return [ended, outlives];
    },
  );
}

same(needs, 'SIGQUIT leaves servers to themselves', async () => alike(await serverAfter('SIGQUIT'), [0, true]));

difference(needs, 'SIGTERM ends the servers too', async () => {
  expect(await serverAfter('SIGTERM')).toEqual({ debian: [0, true], kinetd: [0, false] });
});

difference(needs, 'Ctrl-C ends a daemon in the foreground', async () => {
  const answers = await compare({ personality: 'xinetd', files }, async (side) => {
    side.signal('SIGINT');
    if (side.name === 'kinetd') return side.ended;
    return side.fares('s');
  });
  expect(answers).toEqual({ debian: 'served', kinetd: 0 });
});

same(needs, 'SIGABRT checks the state of the daemon and says that it is good', async () => {
  const answers = await compare({ personality: 'xinetd', files }, async (side) => {
    const connection = await open(side.at('s'));
    connection.write('x');
    await connection.receive(/x/);
    side.signal('SIGABRT');
    await side.says(/Consistency check/);
    return side.messages.at(-1);
  });
  alike(answers, { level: 'INFO', text: 'Consistency check passed' });
});

same(needs, '-cc says nothing while all is well', async () => {
  const answers = await compare({ personality: 'xinetd', files, words: ['-cc', '1'] }, async (side) => {
    const started = side.messages.length;
    await side.fares('s');
    await aWhile();
    side.signal('SIGABRT');
    await side.says(/Consistency check/);
    return side.messages.slice(started).map(({ text }) => text);
  });
  alike(answers, ['Consistency check passed']);
});

same(needs, 'other signals do not end the daemon', async () => {
  const answers = await compare({ personality: 'xinetd', files }, async (side) => {
    for (const signal of passedOver) side.signal(signal);
    await side.reload();
    return side.fares('s');
  });
  alike(answers, 'served');
});

same(needs, '-limit bounds the servers of all services together', async () => {
  const two = { 'xinetd.conf': loggingDefaults + entry('s') + entry('t') };
  const answers = await compare({ personality: 'xinetd', files: two, words: ['-limit', '1'] }, async (side) => {
    const connection = await open(side.at('s'));
    connection.write('x');
    await connection.receive(/x/);
    const fare = await side.fares('t');
    const lines = await side.logged('t', /^FAIL/);
    connection.close();
    return [fare, lines];
  });
  alike(answers, ['closed', ['FAIL: t process_limit from=127.0.0.1']]);
});

difference(needs, 'an option that does not exist is named in a warning', async () => {
  const { debian, kinetd } = await compare({ personality: 'xinetd', files, words: ['-nonsense'] }, (side) => [
    side.messages.some(({ level, text }) => level === 'WARNING' && text.includes('-nonsense')),
    alive(side.pid),
  ]);
  expect({ debian, kinetd }).toEqual({ debian: [false, true], kinetd: [true, true] });
});

same(needs, 'options without a meaning today are accepted', async () => {
  const answers = await compare(
    { personality: 'xinetd', files, words: ['-reuse', '-logprocs', '3', '-shutdownprocs', '3', '-loop'] },
    (side) => side.fares('s'),
  );
  alike(answers, 'served');
});

difference(needs, 'start-up does not close descriptors one by one', async () => {
  const library = compiled('closes', '-shared', '-fPIC');
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      files,
      shell: `ulimit -n 4000; CLOSES_FILE="$PWD/closes" LD_PRELOAD=${library}; export CLOSES_FILE LD_PRELOAD`,
    },
    async (side) => {
      side.signal('SIGTERM');
      await side.ended;
      return Number(readFileSync(join(side.folder, 'closes'), 'latin1'));
    },
  );
  expect(debian).toBeGreaterThan(3900);
  expect(kinetd).toBeGreaterThan(0);
  expect(kinetd).toBeLessThan(1500);
});

function sessionOfTest(): number {
  return Number(
    readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')[3],
  );
}
