/**
 * How servers end, and how to end them.
 *
 * A watch on exits collects every child of this process, so there may be one only, and none beside node:child_process.
 */
import type { ExitFacts } from '../model/mod.ts';
import { native } from './native.ts';
import type { Pulse } from './pulse.ts';

export interface ExitWatch {
  /**
   * A launch has been made, or is under way: exits come with the pulse from now on, until launches stop to follow each
   * other. One that is told at once comes just when the client, whose server has ended, comes back with its next
   * connection, and delays that.
   */
  launched(): void;
  /** A child has been started, as one of so many that run. */
  started(pid: number, running: number): void;
  /** Whether exits are told at once all the same (as they are in the beginning). */
  hurry(hurry: boolean): void;
  /** Calls back now with what has ended, if anything has. */
  collect(): void;
  /** Final; exits after this stay uncollected. */
  close(): void;
}

/** The kernel goes through all children of a process when it is asked for any that has ended: it matters when there are many. */
const many = 256;
/** How long all of them are let be then, for each: what is asked takes some hundredth of that. */
const restMilliseconds = 0.02;
/** Those that were started since the time before are asked by name meanwhile, so many of them. Others run for long. */
const mostRecent = 32;

/**
 * Calls back once for each batch of exits, those that came before the watch included. Keeps the process alive.
 * Without a pulse every exit is told at once. Where there are hundreds of children, the exit of one that was not among the
 * last to be started may be told later, by 20 ms for each thousand, unless somebody is in a hurry.
 *
 * `peakMemory` is the kernel's ru_maxrss, which starts at the daemon's own peak: execve counts the memory that the
 * child shared until then. Of a server that stayed below that only this bound is known.
 */
export function watchExits(onExits: (exits: readonly ExitFacts[]) => void, pulse?: Pulse): ExitWatch {
  /** Each with the number of times that all had been asked when it was started. */
  const recent = new Map<number, number>();
  let sweeps = 0;
  let running = 0;
  let nextSweep = 0;
  let sweepTimer: NodeJS.Timeout | undefined;
  let hurried = true;
  let signalled = true;
  let beating = false;
  let launches = false;

  const ask = (pids: readonly number[]): void => {
    const flat = native.collectExits(watch, pids);
    if (flat === undefined) return;
    const exits = exitFacts(flat);
    for (const { pid } of exits) recent.delete(pid);
    onExits(exits);
  };
  const sweep = (): void => {
    clearTimeout(sweepTimer);
    sweepTimer = undefined;
    nextSweep = running < many ? 0 : performance.now() + running * restMilliseconds;
    for (const [pid, since] of recent) if (since < sweeps) recent.delete(pid);
    sweeps++;
    ask([]);
  };
  const look = (): void => {
    const rest = hurried || running < many ? 0 : nextSweep - performance.now();
    if (rest <= 0) {
      sweep();
      return;
    }
    sweepTimer ??= setTimeout(sweep, rest);
    if (recent.size > 0) ask([...recent.keys()]);
  };
  const signal = (on: boolean): void => {
    if (on !== signalled) native.signalExits(watch, on);
    signalled = on;
  };
  const beat = (): void => {
    beating = launches && !hurried;
    launches = false;
    if (beating) pulse?.next(beat);
    else signal(true);
    look();
  };
  const watch = native.watchExits(look);
  return {
    launched() {
      if (pulse === undefined || hurried) return;
      launches = true;
      signal(false);
      if (!beating) pulse.next(beat);
      beating = true;
    },
    started(pid, count) {
      running = count;
      recent.set(pid, sweeps);
      const [oldest] = recent.keys();
      if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest);
    },
    hurry(hurry) {
      hurried = hurry;
      if (hurry) signal(true);
    },
    collect: sweep,
    close() {
      clearTimeout(sweepTimer);
      native.closeWatch(watch);
    },
  };
}

/** Sends a signal to a process. False when it is gone, or has become somebody whom we may not signal. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  if (!Number.isInteger(pid) || pid <= 0) throw new RangeError(`not a process id: ${pid}`);
  return send(pid, signal);
}

/** Sends a signal to a process group; every server leads one. False when no process in it could be signalled. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  if (!Number.isInteger(pid) || pid <= 1) throw new RangeError(`not a process group: ${pid}`);
  return send(-pid, signal);
}

/**
 * Sends a signal to a server that has not been collected, with its group. One that was forked leads none for an instant,
 * or as long as it likes if it means no good: then it gets the signal alone, and SIGKILL in any case.
 */
export function signalServer(pid: number, signal: NodeJS.Signals): boolean {
  const reached = signalGroup(pid, signal);
  if (reached && signal !== 'SIGKILL') return true;
  return signalProcess(pid, signal) || reached;
}

/** Whether there is such a process, whoever owns it; one that has ended and was not collected still is. */
export function processIsThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.code === 'EPERM';
    throw error;
  }
}

/** Whether a process group has a member that could be signalled. */
export function groupExists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) throw new RangeError(`not a process group: ${pid}`);
  return send(-pid, 0);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}

function exitFacts(flat: readonly number[]): readonly ExitFacts[] {
  const exits: ExitFacts[] = [];
  const ownPeak = flat[0] ?? 0;
  for (let at = 1; at < flat.length; at += 4) {
    const ending = flat[at + 1] ?? 0;
    const peakMemory = flat[at + 3] ?? 0;
    exits.push({
      pid: flat[at] ?? 0,
      ending: ending < 0 ? { kind: 'signal', signal: -ending } : { kind: 'status', status: ending },
      cpuSeconds: flat[at + 2] ?? 0,
      peakMemory,
      peakMemoryIsBound: peakMemory <= ownPeak,
    });
  }
  return exits;
}
