/**
 * The processor time of a daemon with all its descendants, in seconds: what the living have used, and what the dead
 * had used, which their parents take over when they collect them (proc(5), times(2)).
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** @param {readonly number[]} pids of the daemons */
export function processorSeconds(pids) {
  /** @type {Map<number, { parent: number, ticks: number }>} */
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const belongs = (/** @type {number} */ pid) => {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (pids.includes(at)) return true;
    return false;
  };
  let sum = 0;
  for (const [pid, one] of all) if (belongs(pid)) sum += one.ticks;
  return sum / ticks;
}

/** Of one process alone, all its threads, without its children. @param {number} pid */
export function ownSeconds(pid) {
  return (statOf(`${pid}`)?.own ?? 0) / ticks;
}

/** @param {string} pid @returns {{ parent: number, own: number, ticks: number } | undefined} undefined when it has gone */
function statOf(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The second field is the name, in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), own: user + system, ticks: user + system + childrenUser + childrenSystem };
}
