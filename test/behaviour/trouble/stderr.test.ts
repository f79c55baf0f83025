/** Whoever reads the daemon's stderr goes away, or stops reading: nothing else changes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { asNobody, isRoot, root, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { hasTmux, Terminal } from '../../daemon/terminal.ts';
import { until } from '../../daemon/until.ts';

test('diagnostics of a reload that nobody can read do not end the daemon', async () => {
  const port = await fixedPort();
  // The folder, and a first look at the configuration.
  const first = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const log = { log_type: 'FILE @FOLDER@/own.log', log_on_success: 'HOST' };
  first.write('y.conf', service('echo', { port, ...log }));
  const daemon = spawn(
    process.execPath,
    [join(root, 'bin/kinetd'), 'run', '--control', 'none', '-f', join(first.folder, 'y.conf')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  onTestFinished(async () => {
    const ended = daemon.exitCode === null ? once(daemon, 'close') : undefined;
    daemon.kill();
    await ended;
  });
  const address = { host: '127.0.0.1', port };
  await until(() => talk(address, { send: 'x' }).catch(() => undefined));
  daemon.stderr.destroy();
  first.write('y.conf', service('echo', { port, ...log, server: '/bin/pwd' }) + service('bad', { bogus: 1 }));
  daemon.kill('SIGHUP');
  const answer = await until(async () => {
    if (daemon.exitCode !== null) return 'the daemon has ended';
    const { text } = await talk(address);
    return text === '' ? undefined : text;
  });
  expect(answer).toBe('/\n');
});

/** A terminal of the tests' own user, and one of root's for a daemon that is not. */
const terminals = [
  { whose: 'its own', wrapper: [] },
  ...(isRoot ? [{ whose: "somebody else's", wrapper: asNobody }] : []),
];

test.runIf(hasTmux).each(terminals)(
  '$whose terminal holds nobody when it is stopped with Ctrl-S, and shows all of it later',
  async ({ wrapper }) => {
    const terminal = new Terminal(80, 24);
    await terminal.shows(/ready:/);
    const program = [...wrapper, process.execPath, join(root, 'bin/kinetd')];
    terminal.type([...program, 'serve', 'tcp:127.0.0.1:0', '--', 'cat'].join(' '));
    terminal.keys('Enter');
    const [, port] = await terminal.shows(/^kinetd: listening on tcp 127\.0\.0\.1:(\d+)$/m);
    terminal.keys('C-s');
    const address = { host: '127.0.0.1', port: Number(port) };
    for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
      expect((await talk(address, { send: from, from })).text).toBe(from);
    }
    expect(terminal.screen()).not.toContain('127.0.0.3');
    terminal.keys('C-q');
    await terminal.shows(
      /^START: cat pid=\d+ from=127\.0\.0\.1$[\s\S]*^START: cat pid=(\d+) from=127\.0\.0\.3$[\s\S]*^EXIT: cat status=0 pid=\1 /m,
    );
    terminal.keys('C-c');
    await terminal.shows(/kinetd: warning: Exiting\.\.\.\s+ready:/);
  },
);
