/** stderr: where a server's descriptor 2 goes, and what its lines look like in the log. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { descriptors } from '../../daemon/processes.ts';
import { shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const complain = shell('echo out; echo err >&2; ls -l /proc/self/fd/2 | sed "s/.* -> //"\n');
const server = { server: '@FOLDER@/program' };

function pipes(pid: number): number {
  return [...descriptors(pid).values()].filter((name) => name.startsWith('pipe:')).length;
}

test('null: nobody gets it', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('s', { ...server, stderr: 'null' }), program: complain },
  });
  expect((await talk(await daemon.address('s'))).text).toBe('out\n/dev/null\n');
  expect(daemon.errors).not.toMatch(/err$/m);
});

test('client: the connection, also where defaults say otherwise', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': `defaults\n{\n\tstderr = null\n}\n${service('s', { ...server, stderr: 'client' })}`,
      program: complain,
    },
  });
  expect((await talk(await daemon.address('s'))).text).toMatch(/^out\nerr\nsocket:/);
});

test('log: each line is a line of the log of the service, before EXIT, whatever log_on_success says', async () => {
  const log = { log_type: 'FILE @FOLDER@/log', stderr: 'log' };
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('quiet', { ...server, ...log }) + service('told', { ...server, ...log, log_on_success: 'PID EXIT' }),
      program: shell('echo out; echo one >&2; printf "two\\r\\n\\nthree" >&2\n'),
    },
  });
  expect((await talk(await daemon.address('quiet'))).text).toBe('out\n');
  await daemon.file('log', /STDERR: quiet pid=(\d+) one\n.*STDERR: quiet pid=\1 two\n.*STDERR: quiet pid=\1 three\n/);
  await talk(await daemon.address('told'));
  await daemon.file(
    'log',
    /STDERR: told pid=(\d+) one\n.*STDERR: told pid=\1 two\n.*STDERR: told pid=\1 three\n.*EXIT: told status=0 pid=\1\n/,
  );
});

test('no text of a server makes a line that another could be taken for', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('s', { ...server, log_type: 'FILE @FOLDER@/log', stderr: 'log' }),
      program: shell('printf "a\\rSTART: s pid=1\\033[2K\\0b\\342\\200\\250c\\n" >&2\n'),
    },
  });
  await talk(await daemon.address('s'));
  await daemon.file('log', /STDERR: s pid=\d+ a\\x0dSTART: s pid=1\\x1b\[2K\\x00b\\x2028c\n/);
  expect(daemon.read('log').split('\n')).toHaveLength(2);
});

test('a server that floods its stderr ends in time, and lines that are left out are counted', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('s', { ...server, log_type: 'FILE @FOLDER@/log', stderr: 'log' }) + service('other', {}),
      program: shell('i=0; while [ $i -lt 20000 ]; do echo "line $i of very many" >&2; i=$((i+1)); done; echo done\n'),
    },
  });
  const flooding = talk(await daemon.address('s'));
  expect((await talk(await daemon.address('other'), { send: 'x' })).text).toBe('x');
  expect((await flooding).text).toBe('done\n');
  await until(() => (counted(daemon.read('log')) === 20_000 ? true : undefined));
  expect(daemon.read('log').match(/STDERR: s /g)?.length).toBeLessThan(20_000);
});

function counted(log: string): number {
  const lost = [...log.matchAll(/LOST: s pid=\d+ lines=(\d+)\n/g)].reduce((sum, [, lines]) => sum + Number(lines), 0);
  return (log.match(/STDERR: s /g)?.length ?? 0) + lost;
}

test('what a server leaves behind may still write, and is no instance', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('s', {
        ...server,
        log_type: 'FILE @FOLDER@/log',
        stderr: 'log',
        instances: 1,
        log_on_success: 'EXIT',
      }),
      program: shell(
        'echo early >&2; (while [ -d @FOLDER@ ] && [ ! -e @FOLDER@/go ]; do sleep 0.02; done; echo late >&2) </dev/null >/dev/null &\n',
      ),
    },
  });
  const idle = pipes(daemon.pid);
  const address = await daemon.address('s');
  await talk(address);
  await daemon.file('log', /STDERR: s pid=(\d+) early\n.*EXIT: s status=0\n/);
  expect(pipes(daemon.pid)).toBe(idle + 1);
  daemon.write('go', '');
  await daemon.file('log', /STDERR: s pid=\d+ late\n/);
  await until(() => (pipes(daemon.pid) === idle ? true : undefined));
});

test('a pipe that is left behind ends with its service', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('s', { ...server, stderr: 'log' }) + service('stays', {}),
      program: shell('(while [ -d @FOLDER@ ] && [ ! -e @FOLDER@/go ]; do sleep 0.02; done) </dev/null >/dev/null &\n'),
    },
  });
  const idle = pipes(daemon.pid);
  await talk(await daemon.address('s'));
  await daemon.says(/^EXIT: s /m);
  expect(pipes(daemon.pid)).toBe(idle + 1);
  daemon.write('x.conf', service('stays', {}));
  await daemon.reload();
  expect(pipes(daemon.pid)).toBe(idle);
  daemon.write('go', '');
});

test('clients that come together, and a program that cannot be started, leave no pipe behind', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('s', { ...server, stderr: 'log', log_type: 'FILE @FOLDER@/log' }) +
        service('gone', { server: '@FOLDER@/gone', stderr: 'log' }),
      program: shell('echo from $REMOTE_PORT >&2; cat\n'),
      gone: shell(''),
    },
  });
  const idle = pipes(daemon.pid);
  const address = await daemon.address('s');
  const gone = await daemon.address('gone');
  daemon.write('gone', 'no program');
  const connections = await Promise.all(Array.from({ length: 20 }, () => open(address)));
  for (const { socket } of connections)
    await daemon.file('log', new RegExp(`STDERR: s pid=\\d+ from ${socket.localPort}\n`));
  await Promise.all(Array.from({ length: 10 }, () => talk(gone)));
  for (const connection of connections) connection.close();
  await until(() => (pipes(daemon.pid) === idle ? true : undefined));
});
