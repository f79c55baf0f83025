/** What proc(5) says about the daemon and its servers. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Text of a file below /proc/PID, or undefined when the process has gone. */
export function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return undefined;
  }
}

/** A field of /proc/PID/status, e.g. `State`; undefined when the process has gone. */
export function statusField(pid: number, field: string): string | undefined {
  return procFile(pid, 'status')?.match(new RegExp(`^${field}:[ \\t]*(.*)$`, 'm'))?.[1];
}

/** Whether a process has ended; whoever becomes the parent of an orphan may be slow to collect it. */
export function gone(pid: number): boolean {
  return statusField(pid, 'State')?.startsWith('Z') ?? true;
}

/** Children of a process, ended ones that nobody has waited for included. */
export function children(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => Number(statusField(candidate, 'PPid')) === pid);
}

/** What each descriptor of a process is, by number. */
export function descriptors(pid: number): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    try {
      found.set(Number(name), readlinkSync(`/proc/${pid}/fd/${name}`));
    } catch {
      // Closed between the two calls.
    }
  }
  return found;
}

/** Fields of /proc/PID/stat from the third on, which is the state; see proc(5). */
export function statFields(pid: number): string[] {
  const text = procFile(pid, 'stat') ?? '';
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
