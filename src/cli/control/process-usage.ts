/** What a process uses, from proc(5). */
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** User and system time, in seconds. */
  readonly cpuSeconds: number;
  /** Resident, in bytes. */
  readonly memory: number;
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** @returns undefined when it has gone, or others may not look */
export function processUsage(pid: number): ProcessUsage | undefined {
  let stat: string;
  let status: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in parentheses may hold anything; fields are counted from behind it, where the third is the first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = status.match(/^VmRSS:\s*(\d+) kB$/m)?.[1] ?? '0';
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    memory: Number(resident) * 1024,
  };
}
