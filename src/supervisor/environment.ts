/**
 * What a supervisor tells its daemon in the environment: where to report (NOTIFY_SOCKET, sd_notify(3)), how often it
 * wants a sign of life (WATCHDOG_USEC and WATCHDOG_PID, sd_watchdog_enabled(3)), and which sockets it has opened
 * (LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, sd_listen_fds(3)).
 *
 * All of these variables are about this one process. They are taken out of the environment whatever they say, so that
 * no server, and not the worker either, takes itself for the daemon.
 */

export interface SupervisorFacts {
  /** An absolute path, or `@name` in the abstract namespace; undefined: nobody wants to know. */
  readonly notifySocket: string | undefined;
  /** A sign of life is due at least this often; undefined: never. */
  readonly watchdogMilliseconds: number | undefined;
  /** Descriptors from 3 on, in their order. */
  readonly passed: readonly PassedDescriptor[];
  /** Values that cannot be used, and what becomes of them; for the log. */
  readonly complaints: readonly string[];
}

export interface PassedDescriptor {
  readonly number: number;
  /** undefined: no names were told. */
  readonly name: string | undefined;
}

const variables = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'LISTEN_PIDFDID',
] as const;

/** SD_LISTEN_FDS_START. */
const firstPassed = 3;
/** More than any process can have; the kernel's own bound (fs.nr_open) is as large. */
const mostPassed = 1 << 20;

/** The kernel's sun_path holds so many bytes, a NUL included. */
const longestAddress = 107;

/**
 * Takes the variables out of an environment.
 * @param pid of this process: what is meant for another is left unsaid, as by sd_watchdog_enabled(3)
 */
export function takeSupervisorFacts(environment: NodeJS.ProcessEnv, pid: number): SupervisorFacts {
  const [address, interval, watched, count, listener, names] = variables.map((name) => {
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
  const passed = passedOf(count, listener, names, pid, complaints);
  return {
    notifySocket: usable ? address : undefined,
    watchdogMilliseconds: Number.isNaN(watchdogMilliseconds) ? undefined : watchdogMilliseconds,
    passed,
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

/** What is meant for another process is nobody's here: that one may have inherited our variables, or we its. */
function passedOf(
  count: string | undefined,
  listener: string | undefined,
  names: string | undefined,
  pid: number,
  complaints: string[],
): readonly PassedDescriptor[] {
  if (count === undefined || listener !== String(pid)) return [];
  const length = /^\d{1,7}$/.test(count) ? Number(count) : Number.NaN;
  if (!(length <= mostPassed)) {
    complaints.push(`LISTEN_FDS is no number of descriptors, none is taken over: ${count}`);
    return [];
  }
  const given = names?.split(':') ?? [];
  const named = given.length === length;
  if (names !== undefined && !named) {
    complaints.push(`LISTEN_FDNAMES has ${given.length} names for ${length} descriptors and is not looked at`);
  }
  return Array.from({ length }, (_, index) => ({
    number: firstPassed + index,
    name: named ? given[index] : undefined,
  }));
}
