/** Waits for conditions that only looking can find out; the test's own time limit ends a wait in vain. */
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with the first value that is not undefined. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(10);
  }
}

/** Whether a process is there (a zombie still is). */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') return true;
    return false;
  }
}
