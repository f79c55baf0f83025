/** The clock and the signals that `timeout` works with. */
import { ServerTimes } from '../launch/mod.ts';
import type { Service } from '../model/mod.ts';
import { groupExists, signalGroup, signalServer } from '../os/mod.ts';

/** undefined for a service whose servers may run as long as they like. */
export function timesOf({ limits }: Service): ServerTimes | undefined {
  if (limits.timeout === undefined) return undefined;
  return new ServerTimes(limits.timeout, {
    now: () => performance.now(),
    signalServer,
    signalGroup,
    groupExists,
    after: (milliseconds, job) => {
      const timer = setTimeout(job, milliseconds).unref();
      return () => clearTimeout(timer);
    },
  });
}

/** Whether a reload leaves the time of servers as it is; those that run keep what they were given. */
export function sameTime({ limits: before }: Service, { limits: now }: Service): boolean {
  return before.timeout?.seconds === now.timeout?.seconds && before.timeout?.graceSeconds === now.timeout?.graceSeconds;
}
