/** The worker of a daemon under test. */
import type { Kinetd } from '../../daemon/kinetd.ts';
import { children, procFile } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';

/** Its pid, once it is there; a program that ps shows by its title. */
export function workerOf(daemon: Kinetd, before?: number): Promise<number> {
  return until(() =>
    children(daemon.pid).find(
      (pid) => pid !== before && procFile(pid, 'cmdline')?.replaceAll('\0', '') === 'kinetd: worker',
    ),
  );
}
