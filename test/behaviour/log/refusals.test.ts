/** A flood of refused clients does not flood the log, and nobody can hide in it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { withHosts } from '../../daemon/hosts.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { canMount } from '../../daemon/mounts.ts';
import { compiledIn } from '../../oracle/compile.ts';

const clients = 4000;

async function flood(daemon: Kinetd, id: string): Promise<void> {
  const { port } = await daemon.address(id);
  const crowd = compiledIn('test/behaviour/forkserver', 'crowd');
  await promisify(execFile)(crowd, [String(port), String(clients), '50', '']);
}

const shut = { no_access: '127.0.0.0/8', log_on_failure: 'HOST', log_type: 'FILE @FOLDER@/log' };

test('more than a thousand refused clients at once: some have a line, and all are counted', async () => {
  const metrics = 'defaults\n{\n\tmetrics = tcp:127.0.0.1:0\n}\n';
  const daemon = await startKinetd({ files: { 'x.conf': metrics + service('s', shut) } });
  const flooded = flood(daemon, 's');
  // Somebody else, in the middle of it.
  await daemon.file('log', /LOST: s address lines=\d+/);
  await talk(await daemon.address('s'), { from: '127.0.0.2' });
  await flooded;
  await daemon.file('log', / FAIL: s address from=127\.0\.0\.2\n/);
  const answer = await talk(await daemon.address('metrics'), { send: 'GET /metrics HTTP/1.1\r\n\r\n' });
  expect(answer.text).toContain(
    `kinetd_connections_refused_total{service="s",protocol="tcp",reason="address"} ${clients + 1}\n`,
  );
  await daemon.stop();
  const log = daemon.read('log');
  const lines = log.match(/ FAIL: s address from=127\.0\.0\.1$/gm)?.length ?? 0;
  expect(lines).toBeGreaterThanOrEqual(1000);
  expect(lines).toBeLessThan(clients);
  const counted = [...log.matchAll(/ LOST: s address lines=(\d+)$/gm)].reduce((sum, [, of]) => sum + Number(of), 0);
  expect(lines + counted).toBe(clients);
});

test.skipIf(!canMount)('as objects, and what the daemon itself says about hosts.deny', async () => {
  const libwrap = { log_type: 'FILE @FOLDER@/log', log_format: 'json', log_on_failure: 'HOST' };
  const daemon = await startKinetd({
    files: { 'x.conf': service('s', libwrap) },
    wrapper: withHosts([], { 'hosts.deny': 'ALL: ALL\n' }),
  });
  await flood(daemon, 's');
  await daemon.file('log', /^\{"time":"[^"]*","service":"s","event":"lost","reason":"libwrap","lines":\d+\}$/m);
  await daemon.says(/service s: \d+ more clients were refused \(libwrap\)/);
  const messages = daemon.errors.match(/libwrap refused connection/g)?.length ?? 0;
  expect(messages).toBeGreaterThanOrEqual(1000);
  expect(messages).toBeLessThan(clients);
});
