/** What systemd's journal gets, as its own journalctl reads it. */
import { test as each, expect } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { canJournal, Journal, type JournalEntry } from '../../daemon/journal.ts';
import { Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';

const test = each.skipIf(!canJournal);
const lack = canJournal ? '' : ' (skipped: needs root, mounts and journald, see test/oracle/fetch.sh)';
const everything = {
  log_type: 'SYSLOG local3 notice',
  log_on_success: 'PID HOST EXIT DURATION',
  log_on_failure: 'HOST',
};

/** Our fields, and those that every reader of a journal knows. */
function told(entry: JournalEntry | undefined): JournalEntry {
  const ours = Object.entries(entry ?? {}).filter(([name]) => /^(KINETD_|MESSAGE$|PRIORITY$|SYSLOG_)/.test(name));
  return Object.fromEntries(ours);
}

test(`a line of a service has its facts as fields${lack}`, async () => {
  const journal = new Journal(testFolder());
  await journal.start();
  const daemon = await startKinetd({
    files: {
      'x.conf': service('open', everything) + service('shut', { ...everything, no_access: '0.0.0.0/0' }),
    },
    wrapper: journal.wrapper,
  });
  await talk(await daemon.address('open'));
  await talk(await daemon.address('shut'));
  const known = { PRIORITY: '5', SYSLOG_FACILITY: '19', SYSLOG_IDENTIFIER: 'kinetd' };

  const [start, exit] = await journal.entries('KINETD_SERVICE=open', 2);
  const pid = start?.['KINETD_PID'] ?? '';
  expect(told(start)).toEqual({
    ...known,
    MESSAGE: `START: open pid=${pid} from=127.0.0.1`,
    KINETD_SERVICE: 'open',
    KINETD_EVENT: 'start',
    KINETD_PID: pid,
    KINETD_ADDRESS: '127.0.0.1',
  });
  expect(told(exit)).toEqual({
    ...known,
    MESSAGE: expect.stringMatching(`^EXIT: open status=0 pid=${pid} duration=`),
    KINETD_SERVICE: 'open',
    KINETD_EVENT: 'exit',
    KINETD_PID: pid,
    KINETD_ADDRESS: '127.0.0.1',
    KINETD_STATUS: '0',
    KINETD_DURATION_SECONDS: expect.stringMatching(/^\d+(\.\d+)?$/),
  });
  const [refused] = await journal.entries('KINETD_EVENT=fail', 1);
  expect(told(refused)).toEqual({
    ...known,
    MESSAGE: 'FAIL: shut address from=127.0.0.1',
    KINETD_SERVICE: 'shut',
    KINETD_EVENT: 'fail',
    KINETD_REASON: 'address',
    KINETD_ADDRESS: '127.0.0.1',
  });
  expect(start?.['_PID']).toBe(`${daemon.pid}`);
});

test(`what a server says cannot forge an entry or a field${lack}`, async () => {
  const journal = new Journal(testFolder());
  await journal.start();
  const says = `printf 'innocent\\rKINETD_SERVICE=forged\\001end\\n' >&2`;
  const daemon = await startKinetd({
    files: {
      'x.conf': service('loud', { ...everything, stderr: 'log', server: '/bin/sh', server_args: '@FOLDER@/say' }),
      say: `${says}\n`,
    },
    wrapper: journal.wrapper,
  });
  await talk(await daemon.address('loud'));
  const [line] = await journal.entries('KINETD_EVENT=stderr', 1);
  expect(told(line)).toMatchObject({
    KINETD_SERVICE: 'loud',
    KINETD_TEXT: 'innocent\\x0dKINETD_SERVICE=forged\\x01end',
  });
});

test(`the daemon's own messages go there, each at its level, and to a journal that was replaced${lack}`, async () => {
  const journal = new Journal(testFolder());
  await journal.start();
  const daemon = new Kinetd({
    files: { 'x.conf': service('echo', {}) + service('broken', { server: '/nonexistent' }) },
    command: ['xinetd', '-dontfork', '-syslog', 'local0', '-f', '@FOLDER@/x.conf'],
    wrapper: journal.wrapper,
  });
  const [started] = await journal.entries('MESSAGE=Started working: 1 available service', 1);
  expect(told(started)).toMatchObject({
    PRIORITY: '5',
    SYSLOG_FACILITY: '16',
    SYSLOG_IDENTIFIER: 'xinetd',
    KINETD_EVENT: 'message',
  });
  await journal.stop();
  await journal.start();
  daemon.signal('SIGHUP');
  await journal.entries('MESSAGE=Starting reconfiguration', 1);
});
