/** Ident servers that do not answer, that answer too much, and what happens to clients meanwhile. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { identObstacle, joe, ownAddress, startIdentd } from '../../daemon/identd.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { until } from '../../daemon/until.ts';
import { workerOf } from '../internal/worker.ts';

const possible = identObstacle() === undefined;
const userid = { log_on_success: 'USERID PID HOST EXIT', log_on_failure: 'HOST USERID' };

const title = `ident${possible ? '' : ` (skipped: ${identObstacle()})`}`;

test.runIf(possible)(`${title}: who waits for an answer holds up nobody else, and counts for instances`, async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('asks', { ...userid, instances: 2 }) + service('plain', {}) },
  });
  const answers: (() => void)[] = [];
  const slow = await startIdentd((theirs, ours, connection) => {
    answers.push(() => connection.end(joe(theirs, ours)));
    return undefined;
  });
  const address = await daemon.address('asks');
  const first = await open(address, slow.address);
  await until(() => answers[0]);
  expect((await talk(address, { send: 'x', from: ownAddress() })).text).toBe('x');
  expect((await talk(await daemon.address('plain'), { send: 'x' })).text).toBe('x');
  await daemon.says(/^EXIT: asks/m);
  const second = await open(address, slow.address);
  await until(() => answers[1]);
  expect((await talk(address, { send: 'x', from: ownAddress() })).text).toBe('');
  await daemon.says(/^FAIL: asks service_limit from=/m);
  daemon.signal('SIGABRT');
  await daemon.says(/Consistency check (passed|detected)/);
  expect(daemon.errors).not.toMatch(/onsistency check(:| detected)/);
  for (const answer of answers) answer();
  for (const connection of [first, second]) {
    connection.write('served');
    await connection.receive(/served/);
    connection.close();
  }
  expect(daemon.errors.match(/^USERID: asks UNIX : joe$/gm)).toHaveLength(2);
});

test.runIf(possible)(`${title}: of an answer without end no more is read than an answer may have`, async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('only', { ...userid, flags: 'IDONLY' }) } });
  const flood = await startIdentd((_theirs, _ours, connection) => {
    const more = (): void => {
      while (!connection.destroyed && connection.write('x'.repeat(65_536)));
    };
    connection.on('drain', more);
    more();
    return undefined;
  });
  expect((await talk(await daemon.address('only'), { from: flood.address })).text).toBe('');
  await daemon.says(new RegExp(`^NOID: only ${flood.address} error while receiving response$`, 'm'));
  await until(() => (flood.open === 0 ? true : undefined));
});

test.runIf(possible)(`${title}: the death of the worker leaves nobody waiting`, async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('asks', userid) + service('only', { ...userid, flags: 'IDONLY' }) },
  });
  const silent = await startIdentd(() => undefined);
  const asks = await open(await daemon.address('asks'), silent.address);
  const only = await open(await daemon.address('only'), silent.address);
  await until(() => (silent.questions.length === 2 ? true : undefined));
  process.kill(await workerOf(daemon), 'SIGKILL');
  await only.closed();
  await daemon.says(new RegExp(`^NOID: only ${silent.address} system error$`, 'm'));
  asks.write('served');
  await asks.receive(/served/);
  asks.close();
});

test.runIf(possible)(`${title}: a reload that drops the service closes who waits`, async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('asks', userid) + service('stays', {}) } });
  const silent = await startIdentd(() => undefined);
  const waits = await open(await daemon.address('asks'), silent.address);
  await until(() => silent.questions[0]);
  daemon.write('x.conf', service('stays', {}));
  await daemon.reload();
  await waits.closed();
  await until(() => (silent.open === 0 ? true : undefined));
  expect(daemon.errors).not.toMatch(/^START: asks/m);
});
