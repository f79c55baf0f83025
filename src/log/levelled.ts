/** A daemon log that leaves out what is less important than its level, which can change while the daemon runs. */
import type { DaemonLevel } from './daemon-level.ts';
import type { DaemonLog } from './daemon-log.ts';

const order: readonly DaemonLevel[] = ['CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];

export class LevelledLog implements DaemonLog {
  readonly #log: DaemonLog;
  level: DaemonLevel;

  constructor(log: DaemonLog, level: DaemonLevel) {
    this.#log = log;
    this.level = level;
  }

  write(level: DaemonLevel, message: string): void {
    if (order.indexOf(level) <= order.indexOf(this.level)) this.#log.write(level, message);
  }

  reopen(): void {
    this.#log.reopen();
  }
}
