/** A daemon log that leaves out what is less important than its level, which can change while the daemon runs. */
import type { DaemonLevel } from './daemon-level.ts';
import type { DaemonLog } from './daemon-log.ts';

const order: readonly DaemonLevel[] = ['CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];

/** Whether a message is as important as the least that is wanted. */
export function isAtLeast(level: DaemonLevel, least: DaemonLevel): boolean {
  return order.indexOf(level) <= order.indexOf(least);
}

/** Somebody who looks on: told of every message, also of those that are left out. */
export type MessageOnlooker = (level: DaemonLevel, message: string) => void;

export class LevelledLog implements DaemonLog {
  readonly onlookers: Set<MessageOnlooker> = new Set<MessageOnlooker>();
  readonly #log: DaemonLog;
  #telling = false;
  level: DaemonLevel;

  constructor(log: DaemonLog, level: DaemonLevel) {
    this.#log = log;
    this.level = level;
  }

  write(level: DaemonLevel, message: string): void {
    if (isAtLeast(level, this.level)) this.#log.write(level, message);
    // What telling of it gives rise to is not told of.
    if (this.#telling || this.onlookers.size === 0) return;
    this.#telling = true;
    for (const onlooker of this.onlookers) onlooker(level, message);
    this.#telling = false;
  }

  reopen(): void {
    this.#log.reopen();
  }
}
