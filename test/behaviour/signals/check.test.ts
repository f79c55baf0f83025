/** SIGABRT and -cc: the daemon looks at itself. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { root, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { until } from '../../daemon/until.ts';

const passed = (text: string): number => text.match(/Consistency check passed/g)?.length ?? 0;

test('a daemon at work passes its check: idle, with servers, with a wait service at work, after reloads and pauses', async () => {
  const port = await fixedPort();
  const text =
    service('echo', { port }) +
    service('waits', { wait: 'yes', server: '/bin/sleep', server_args: '60' }) +
    service('brief', { cps: '1 60' }) +
    service('gone', { bind: '192.0.2.1' });
  const daemon = await startKinetd({ files: { 'x.conf': text } });
  let expected = 0;
  const check = async (): Promise<void> => {
    expected++;
    daemon.signal('SIGABRT');
    await until(() => (passed(daemon.errors) === expected || /detected/.test(daemon.errors) ? true : undefined));
    expect(daemon.errors).not.toMatch(/onsistency check(:| detected)/);
  };
  await check();
  const connections = await Promise.all([1, 2, 3].map(() => open({ host: '127.0.0.1', port })));
  for (const connection of connections) {
    connection.write('x');
    await connection.receive(/x/);
  }
  await open(await daemon.address('waits'));
  await daemon.says(/^START: waits/m);
  const brief = await daemon.address('brief');
  await until(async () => {
    await talk(brief).catch(() => undefined);
    return /Deactivating service brief/.test(daemon.errors) || undefined;
  });
  await check();
  daemon.write('x.conf', service('echo', { port: await fixedPort() }) + service('new', {}));
  await daemon.reload();
  await check();
  for (const connection of connections) connection.close();
  await until(() => ((daemon.errors.match(/^EXIT: echo/gm)?.length ?? 0) === 3 ? true : undefined));
  await check();
});

test('a daemon passes its check when a reload has made a program of an internal service that still serves', async () => {
  const port = await fixedPort();
  const internal = service('echo', { type: 'INTERNAL UNLISTED', port }).replace(/^\t(server|user) .*\n/gm, '');
  const daemon = await startKinetd({ files: { 'x.conf': internal } });
  const before = await open({ host: '127.0.0.1', port });
  before.write('x');
  await before.receive(/x/);
  daemon.write('x.conf', service('echo', { port }));
  await daemon.reload();
  const after = await open({ host: '127.0.0.1', port });
  after.write('y');
  await after.receive(/y/);
  daemon.signal('SIGABRT');
  await daemon.says(/onsistency check.*/);
  expect(daemon.errors).not.toMatch(/onsistency check(:| detected)/);
  before.write('z');
  await before.receive(/xz/);
});

/** xinetd's command line; a second after its start another socket lies under the number of one of its listeners. */
const program = `
  const [folder, seconds, configuration] = process.argv.slice(1);
  const os = await import(folder + 'dist/os/mod.js');
  const { xinetd } = await import(folder + 'dist/cli/xinetd.js');
  const { readdirSync } = await import('node:fs');
  const listeners = () =>
    readdirSync('/proc/self/fd').map(Number).filter((fd) => {
      try {
        return os.localAddress(fd).port > 0;
      } catch {
        return false;
      }
    });
  setTimeout(() => {
    const other = os.openSocket({ family: 'inet', type: 'dgram', protocol: 0, nonBlocking: true });
    os.bindInternet(other, 'inet', '127.0.0.1', 0);
    os.duplicateOnto(other, listeners()[0]);
  }, 1000);
  process.exitCode = await xinetd(['-d', '-cc', seconds, '-f', configuration]);
`;

test('-cc N checks by itself, and says what is wrong', async () => {
  const folder = testFolder();
  const configuration = join(folder, 'x.conf');
  writeFileSync(configuration, service('echo', {}));
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, root, '1', configuration]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  await until(() => /detected \d+ errors/.test(said) || undefined);
  expect(said).toMatch(
    /^xinetd: error: consistency check: descriptor \d+ of service echo is bound to 127\.0\.0\.1 \d+, not to 127\.0\.0\.1 \d+$/m,
  );
  expect(said).toMatch(/^xinetd: warning: Consistency check detected \d+ errors$/m);
  expect(said).not.toContain('Consistency check passed');
});
