/**
 * Where hundreds of servers run, the daemon does not ask the kernel for all of them whenever one ends (exits.ts): all the same
 * each end is noticed, of those that came last and of those that have been there for long.
 */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { children } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';

/** More than `many` of exits.ts. */
const held = 400;

test('each end is noticed, of old servers and of new ones, alone and all together', async () => {
  const settings = { instances: 'UNLIMITED', per_source: 'UNLIMITED', cps: '0 0', log_type: 'FILE @FOLDER@/log' };
  const logged = { log_on_success: 'PID EXIT', log_on_failure: '' };
  const server = compiledIn('test/behaviour/trouble', 'echo', '-static');
  const daemon = await startKinetd({ files: { 'x.conf': service('s', { ...settings, ...logged, server }) } });
  const address = await daemon.address('s');
  const exits = (count: number): Promise<true> =>
    until(() => daemon.read('log').match(/EXIT: s status=0/g)?.length === count || undefined);
  const clients = await Promise.all(Array.from({ length: held }, () => open(address)));
  await until(() => children(daemon.pid).length === held || undefined);

  expect((await talk(address, { send: 'x' })).text).toBe('x');
  await exits(1);
  const [oldest, ...others] = clients;
  oldest?.socket.destroy();
  await exits(2);
  // A new one and an old one at the same time: their signals may be one.
  await talk(address, { send: 'x' });
  others[0]?.socket.destroy();
  await exits(4);
  for (const { socket } of others) socket.destroy();
  await exits(held + 2);
  expect(children(daemon.pid)).toEqual([]);
});
