/**
 * What a load has asked of files and of the machine, with the answers. A configuration depends on nothing else, so as long
 * as all would be answered the same, reading it again would give the same table: a reload that changes nothing costs the
 * questions alone.
 */

import type { System } from './resolve/mod.ts';
import type { FileAccess, SourceFile } from './source/mod.ts';

interface Question {
  readonly ask: () => unknown;
  readonly answer: unknown;
}

export class Recollection {
  readonly #questions: Question[] = [];

  /** The same, remembering what is asked. */
  files(access: FileAccess): FileAccess {
    return {
      // Always the same.
      absolute: (written) => access.absolute(written),
      read: (path) => this.#ask(() => access.read(path)),
      list: (path) => this.#ask(() => access.list(path)),
    };
  }

  /** The same, remembering what is asked. What is no question but a value is of the process, and stays. */
  system(system: System): System {
    return {
      ...system,
      user: (name) => this.#ask(() => system.user(name)),
      userById: (uid) => this.#ask(() => system.userById(uid)),
      group: (name) => this.#ask(() => system.group(name)),
      groupList: (user, gid) => this.#ask(() => system.groupList(user, gid)),
      service: (name, protocol) => this.#ask(() => system.service(name, protocol)),
      rpc: (name) => this.#ask(() => system.rpc(name)),
      protocol: (name) => this.#ask(() => system.protocol(name)),
      network: (name) => this.#ask(() => system.network(name)),
      program: (path, root) => this.#ask(() => system.program(path, root)),
      executable: (path) => this.#ask(() => system.executable(path)),
      directory: (path, root) => this.#ask(() => system.directory(path, root)),
      fileSize: (path) => this.#ask(() => system.fileSize(path)),
      device: (name) => this.#ask(() => system.device(name)),
      addresses: (host) => this.#ask(() => system.addresses(host)),
    };
  }

  /** Whether everything would be answered the same now. */
  async holds(): Promise<boolean> {
    for (const { ask, answer } of this.#questions) {
      const now = ask();
      const same = now instanceof Promise ? isSame(await answer, await now) : isSame(answer, now);
      if (!same) return false;
    }
    return true;
  }

  #ask<Answer>(ask: () => Answer): Answer {
    const answer = ask();
    this.#questions.push({ ask, answer });
    return answer;
  }
}

/** Answers are plain data. Of a file its text says everything; there may be thousands. */
function isSame(before: unknown, now: unknown): boolean {
  if (isFile(before) && isFile(now)) return before.text === now.text;
  return JSON.stringify(before) === JSON.stringify(now);
}

function isFile(answer: unknown): answer is SourceFile {
  return typeof answer === 'object' && answer !== null && 'text' in answer && 'lineStarts' in answer;
}
