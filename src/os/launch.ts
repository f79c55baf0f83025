/**
 * Launch: from a plan to a running server, in one step of a few hundred microseconds.
 *
 * One vfork child does it all, in the order of `launchSteps`: handlers to default and an empty mask, session,
 * descriptors 0, 1 and 2 and those that are passed (nothing else stays open), group, groups, root, user, umask, nice,
 * limits, privileges, directory, execve. The thread waits for execve, so the answer is final: a server that could not
 * be executed was never started, and its step and errno are known. Nothing is left to be reaped then.
 */
import { type Launched, type LaunchPlan, launchSteps } from '../model/mod.ts';
import type { Descriptor } from './descriptor.ts';
import { type NativePlan, native } from './native.ts';

/** A plan ready for use; made once for each service. */
export type CompiledLaunch = NativePlan;

/** The bits of a failed launch's answer that hold its step. */
const stepBits = 4;

/** @throws SystemError EINVAL when a string of the plan contains a NUL character */
export function compileLaunch(plan: LaunchPlan): CompiledLaunch {
  const { identity } = plan;
  return native.compileLaunch(
    [plan.program, plan.rootDirectory ?? '', plan.workingDirectory, ...plan.argv, ...plan.environment].join('\0'),
    plan.argv.length,
    plan.environment.length,
    identity === undefined ? undefined : [identity.uid, identity.gid],
    identity?.groups,
    plan.umask,
    plan.nice,
    plan.resourceLimits.flatMap((limit) => [limit.name, limit.value]),
    plan.noNewPrivileges,
  );
}

/**
 * Descriptors that a program gets as its 3, 4 …, with its own pid in LISTEN_PID (sd_listen_fds(3)). LISTEN_FDS and
 * LISTEN_FDNAMES are the caller's to set; neither he nor the plan sets LISTEN_PID.
 */
export type PassedOn = readonly Descriptor[];

/**
 * Starts a server.
 * @param connectionEnvironment `NAME=VALUE` of this connection; the plan's own variables stand before them
 * @param stdin stays open here, as do the other two, which may be the same; all should be blocking
 * @throws SystemError EINVAL when a variable contains a NUL character
 */
export function launch(
  compiled: CompiledLaunch,
  connectionEnvironment: readonly string[],
  stdin: Descriptor,
  stdout: Descriptor,
  stderr: Descriptor,
  passed?: PassedOn,
): Launched {
  const text = connectionEnvironment.join('\0');
  return launched(native.launch(compiled, text, connectionEnvironment.length, stdin, stdout, stderr, passed));
}

/**
 * As {@link launch}, on another thread: this one does not wait for the program. The descriptors have to stay open until
 * `done` is called, once, from the event loop.
 *
 * There is one thread more than processors, and launches begin in their order. One that takes long does not hold up the
 * others: more threads begin in the place of those that wait for it, and further launches of the same plan wait while
 * some of its launches take long. How many wait is the caller's to bound.
 *
 * The server's exit may be told before that. So may, of a launch that fails, the exit of the child that failed: `done`
 * gets its pid, 0 when there was none, and that exit means nothing.
 */
export function launchElsewhere(
  compiled: CompiledLaunch,
  connectionEnvironment: readonly string[],
  stdin: Descriptor,
  stdout: Descriptor,
  stderr: Descriptor,
  done: (launched: Launched, failedChild: number) => void,
  passed?: PassedOn,
): void {
  const text = connectionEnvironment.join('\0');
  native.launchElsewhere(compiled, text, connectionEnvironment.length, stdin, stdout, stderr, passed, (answer, child) =>
    done(launched(answer), child),
  );
}

/**
 * From now on launches on other threads do not keep the process alive: one may be stuck in the kernel. Those under way go
 * on, those that have not begun are forgotten when the process ends.
 */
export function leaveLaunches(): void {
  native.leaveLaunches();
}

function launched(answer: number): Launched {
  if (answer > 0) return { ok: true, pid: answer };
  const step = launchSteps[-answer & ((1 << stepBits) - 1)];
  if (step === undefined) throw new RangeError(`launch answered ${answer}`);
  return { ok: false, step, errno: -answer >> stepBits };
}
