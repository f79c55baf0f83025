/** The memory that a process shares with no other, in kilobytes (smaps_rollup of proc(5)). */
import { readFileSync } from 'node:fs';

/** @param {number} pid */
export function privateMemory(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}
