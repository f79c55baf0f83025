/**
 * What a supervisor tells its daemon in the environment: where to report (NOTIFY_SOCKET, sd_notify(3)) and how often it
 * wants a sign of life (WATCHDOG_USEC and WATCHDOG_PID, sd_watchdog_enabled(3)).
 *
 * All of these variables are about this one process. They are taken out of the environment whatever they say, so that
 * no server, and not the worker either, takes itself for the daemon.
 */

export interface SupervisorFacts {
  /** An absolute path, or `@name` in the abstract namespace; undefined: nobody wants to know. */
  readonly notifySocket: string | undefined;
  /** A sign of life is due at least this often; undefined: never. */
  readonly watchdogMilliseconds: number | undefined;
  /** Values that cannot be used, and what becomes of them; for the log. */
  readonly complaints: readonly string[];
}

const variables = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/** The kernel's sun_path holds so many bytes, a NUL included. */
const longestAddress = 107;

/**
 * Takes the variables out of an environment.
 * @param pid of this process: what is meant for another is left unsaid, as by sd_watchdog_enabled(3)
 */
export function takeSupervisorFacts(environment: NodeJS.ProcessEnv, pid: number): SupervisorFacts {
  const [address, interval, watched] = variables.map((name) => {
    const value = environment[name];
    delete environment[name];
    return value;
  });
  const complaints: string[] = [];
  const usable = address === undefined || isAddress(address);
  if (!usable) complaints.push(`NOTIFY_SOCKET is neither a path nor an @name, nobody is told anything: ${address}`);
  const watchdogMilliseconds = intervalOf(interval, watched, pid);
  if (Number.isNaN(watchdogMilliseconds)) {
    complaints.push(`WATCHDOG_USEC is no number of microseconds, there are no signs of life: ${interval}`);
  }
  return {
    notifySocket: usable ? address : undefined,
    watchdogMilliseconds: Number.isNaN(watchdogMilliseconds) ? undefined : watchdogMilliseconds,
    complaints,
  };
}

function isAddress(text: string): boolean {
  return /^[/@]./s.test(text) && Buffer.byteLength(text) <= longestAddress;
}

/** @returns NaN for what is no interval */
function intervalOf(microseconds: string | undefined, watched: string | undefined, pid: number): number | undefined {
  if (microseconds === undefined || (watched !== undefined && watched !== String(pid))) return undefined;
  return /^0*[1-9]\d{0,19}$/.test(microseconds) ? Number(microseconds) / 1000 : Number.NaN;
}
