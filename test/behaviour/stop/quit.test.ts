/** SIGQUIT is for leaving the servers alone, also when the daemon is stopping already. */
import { expect, test } from 'vitest';

import { open } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

test('SIGQUIT after SIGTERM takes nothing of their grace time from the servers', async () => {
  const server = shell("trap 'echo told' TERM; echo ready; while ! read -r line; do :; done; echo done $line\n");
  const daemon = await startKinetd({
    files: { 'x.conf': service('work', { server: '@FOLDER@/server' }), server },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--grace', '3600'],
  });
  const connection = await open(await daemon.address('work'));
  await connection.receive(/ready/);
  daemon.signal('SIGTERM');
  await connection.receive(/told/);
  daemon.signal('SIGQUIT');
  let looks = 0;
  await until(() => (++looks > 30 ? true : undefined));
  connection.write('work\n');
  await connection.receive(/done work/);
  expect(await daemon.ended()).toBe(0);
});
