/** SIGUSR1: the state dump, line by line. Each daemon has a /run of its own, so that neither's is the machine's. */
import { readFileSync, statSync } from 'node:fs';

import { expect } from 'vitest';

import { open } from '../daemon/client.ts';
import { until } from '../daemon/until.ts';
import { defaults, entry } from './entry.ts';
import { compare, difference, same } from './pair.ts';
import type { Needs } from './programs.ts';
import { childrenOf, type Side } from './side.ts';

const needs: Needs = { personality: 'xinetd', root: true, mounts: true, ipv6: true };
const withRun = `exec unshare -m sh -c 'mount -t tmpfs none /run && exec setpriv --pdeathsig KILL "$@"' sh "$@"`;

const options = (text: string) =>
  ({ personality: 'xinetd', shell: withRun, words: ['-limit', '77'], files: { 'xinetd.conf': text } }) as const;

/** SIGUSR1, and the dump with the daemon's own placeholders. */
async function dump(side: Side): Promise<string> {
  const before = side.messages.length;
  side.signal('SIGUSR1');
  const file = `/proc/${side.pid}/root/run/xinetd.dump`;
  await until(() => side.messages.slice(before).find(({ text }) => text.startsWith('generated state dump')));
  return side.plain(readFileSync(file, 'latin1'));
}

/** Numbers that are each daemon's own (descriptors, pids, times) as N, and addresses as numbers. */
function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/^INTERNAL STATE DUMP: .*/, 'INTERNAL STATE DUMP: N')
        .replace(/^(Current time: |start_time = )\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/, '$1TIME')
        .replace(/^(pid|pfds_last|descriptors_free|max_descriptors) = \d+$/, '$1 = N')
        .replace(/^(\tservice fd) = \d+$/, '$1 = N')
        .replace(/^(Socket mask|Open descriptors.*):[ \d]*$/, '$1: N')
        .replace(/^(\tremote_address = [\d.]+),\d+$/, '$1,N')
        .replace('Bind = localhost', 'Bind = 127.0.0.1'),
    )
    .filter((line) => !/^(\tflags = \d+|Logging service = enabled)$/.test(line));
}

const shared = {
  log_type: 'FILE @FOLDER@/service.log',
  log_on_success: 'PID HOST EXIT DURATION',
  log_on_failure: 'HOST ATTEMPT',
};

same(needs, 'the state dump: every line of defaults, services, servers and totals', async () => {
  const text = [
    defaults({
      ...shared,
      instances: 50,
      cps: '20 3',
      per_source: 9,
      no_access: '10.1.0.0',
      umask: '027',
      groups: 'yes',
      max_load: 10_000,
      bind: '127.0.0.1',
    }),
    entry('one', {
      log_type: 'SYSLOG daemon info',
      nice: 3,
      umask: '077',
      cps: '7 3',
      per_source: 'UNLIMITED',
      instances: 5,
      env: 'A=1 B=2',
      only_from: '127.0.0.0 10.0.0.1 10.2.0.0/16 ::1 fe80::/10 10.{3,4} 128.0.0.0/1 ::/64',
      access_times: '00:00-23:59',
      flags: 'NODELAY KEEPALIVE IPv4 REUSE NAMEINARGS NOLIBWRAP',
      server_args: 'dog -u',
      group: 'daemon',
      groups: 'yes',
      max_load: 9_000,
      rlimit_as: '640M',
    }),
    entry('two', {
      socket_type: 'dgram',
      server: '/bin/sleep',
      server_args: '30',
      user: 'nobody',
      log_type: 'FILE @FOLDER@/two.log 10K 20K',
      only_from: '127.0.0.1 ::1',
      log_on_failure: '',
      log_on_success: '',
      instances: 'UNLIMITED',
      flags: 'NOLIBWRAP',
    }),
    entry('six', { socket_type: 'dgram', bind: '::1', flags: 'IPv6 NOLIBWRAP', log_type: 'FILE @FOLDER@/six.log 10K' }),
  ].join('\n');
  const { debian, kinetd } = await compare(options(text), async (side) => {
    const connection = await open(side.at('one'));
    connection.write('x');
    await connection.receive(/x/);
    // A launch is told of when it has ended, which may be after the program has answered.
    return until(async () => {
      const text = lines(await dump(side));
      return text.some((line) => line.endsWith('running_servers = 1')) ? text : undefined;
    });
  });
  expect(debian.length).toBeGreaterThan(100);
  expect(kinetd).toEqual(debian);
});

same(needs, 'the state dump: without defaults, with a service that waits and one that cps has closed', async () => {
  const text = [
    entry('quick', { cps: '1 30', flags: 'NOLIBWRAP' }),
    entry('waits', { socket_type: 'dgram', server: '/bin/sleep', server_args: '30', flags: 'NOLIBWRAP' }),
    entry('wide', { bind: undefined, flags: 'NOLIBWRAP' }),
    entry('pass', { passenv: 'PATH', flags: 'NOLIBWRAP' }),
    entry('bare', { passenv: '', flags: 'NOLIBWRAP' }),
  ].join('\n');
  const { debian, kinetd } = await compare(options(text), async (side) => {
    for (let client = 0; client < 3; client++) await side.fares('quick').catch(() => undefined);
    await side.says(/Deactivating service quick/);
    await until(() => childrenOf(side.pid).length === 0 || undefined);
    return lines(await dump(side)).filter((line) => !/^(available|active)_services/.test(line));
  });
  expect(debian).toContain('\tState = Disabled');
  expect(kinetd).toEqual(debian);
});

difference(needs, 'the state dump is for its owner alone, and holds the state of one moment', async () => {
  const { debian, kinetd } = await compare(options(entry('s')), async (side) => {
    await dump(side);
    const dumps = (await dump(side)).match(/END OF DUMP/g)?.length;
    return { dumps, mode: statSync(`/proc/${side.pid}/root/run/xinetd.dump`).mode & 0o777 };
  });
  expect(debian).toEqual({ dumps: 2, mode: 0o644 });
  expect(kinetd).toEqual({ dumps: 1, mode: 0o600 });
});
