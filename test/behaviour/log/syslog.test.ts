/**
 * What goes to the system's log. The daemon has a /dev/log of its own in these tests, which takes root and the right
 * to mount; they are skipped elsewhere.
 */
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canFakeSyslog, startSyslog, withSyslog } from '../../daemon/syslog.ts';
import { until } from '../../daemon/until.ts';

const time = '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d';
const everything = { log_on_success: 'PID HOST EXIT', log_on_failure: 'HOST' };

test.runIf(canFakeSyslog)('log_type = SYSLOG sends lines with facility, level, ident and pid', async () => {
  const socket = join(testFolder(), 'log');
  const syslog = await startSyslog(socket);
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('info', { log_type: 'SYSLOG daemon', ...everything }) +
        service('notice', { log_type: 'SYSLOG local3 notice', no_access: '0.0.0.0/0', ...everything }),
    },
    wrapper: withSyslog(socket),
  });
  await talk(await daemon.address('info'));
  await talk(await daemon.address('notice'));
  await syslog.hears(
    new RegExp(`^<30>${time} kinetd\\[${daemon.pid}\\]: START: info pid=\\d+ from=127\\.0\\.0\\.1$`, 'm'),
  );
  await syslog.hears(new RegExp(`^<30>${time} kinetd\\[${daemon.pid}\\]: EXIT: info status=0 pid=\\d+$`, 'm'));
  await syslog.hears(
    new RegExp(`^<157>${time} kinetd\\[${daemon.pid}\\]: FAIL: notice address from=127\\.0\\.0\\.1$`, 'm'),
  );
  expect(daemon.errors).not.toContain('START');
});

test.runIf(canFakeSyslog)('bin/xinetd tells its own messages there, each at its level', async () => {
  const socket = join(testFolder(), 'log');
  const syslog = await startSyslog(socket);
  const daemon = new Kinetd({
    files: { 'x.conf': service('echo', {}) + service('broken', { server: '/nonexistent' }) },
    command: ['xinetd', '-dontfork', '-syslog', 'local0', '-f', '@FOLDER@/x.conf'],
    wrapper: withSyslog(socket),
  });
  await syslog.hears(new RegExp(`^<133>${time} xinetd\\[${daemon.pid}\\]: Started working: 1 available service$`, 'm'));
  await syslog.hears(new RegExp(`^<131>${time} xinetd\\[${daemon.pid}\\]: .*broken.*/nonexistent`, 'm'));
  daemon.signal('SIGTERM');
  await syslog.hears(/^<132>.*: Exiting\.\.\.$/m);
});

test.runIf(canFakeSyslog)('a syslog daemon that is away costs messages, not clients, and is found again', async () => {
  const socket = join(testFolder(), 'log');
  const first = await startSyslog(socket);
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { log_type: 'SYSLOG daemon', log_on_success: 'HOST' }) },
    wrapper: withSyslog(socket),
  });
  const address = await daemon.address('echo');
  await talk(address);
  await first.hears(/START: echo/);
  await first.stop();
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  const second = await startSyslog(socket);
  await talk(address, { from: '127.0.0.2' });
  await second.hears(/START: echo from=127\.0\.0\.2/);
  expect(second.text).toMatch(/<28>.*1 messages could not be sent to syslog/);
});

test.runIf(canFakeSyslog)('without a syslog daemon the daemon starts and serves', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { log_type: 'SYSLOG daemon', log_on_success: 'HOST' }) },
    wrapper: withSyslog(join(testFolder(), 'nothing')),
  });
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
});

test.runIf(canFakeSyslog)(
  'a syslog daemon that is stuck costs messages, not clients, and learns how many',
  async () => {
    const socket = join(testFolder(), 'log');
    const syslog = await startSyslog(socket);
    const daemon = await startKinetd({
      files: { 'x.conf': service('echo', { cps: '0 0', log_type: 'SYSLOG daemon', log_on_success: 'HOST' }) },
      wrapper: withSyslog(socket),
    });
    const address = await daemon.address('echo');
    await talk(address);
    await syslog.hears(/START: echo/);
    syslog.stall();
    const clients = 1000;
    for (let client = 0; client < clients; client++) expect((await talk(address, { send: 'x' })).text).toBe('x');
    syslog.resume();
    // The first message that can be sent again says how many could not.
    const lost = await until(async () => {
      await talk(address, { from: '127.0.0.2' });
      return syslog.text.match(/<28>.*: (\d+) messages could not be sent to syslog/)?.[1];
    });
    await syslog.hears(/START: echo from=127\.0\.0\.2/);
    expect(Number(lost)).toBeGreaterThan(0);
    expect(Number(lost)).toBeLessThan(clients + 100);
  },
);
