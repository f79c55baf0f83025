/**
 * hosts.allow and hosts.deny as they are now. libwrap reads them for each client; here they are looked at for each
 * client (stat(2)) and read when they have changed.
 *
 * A file that is not there has no rules. One that cannot be read may hold any, so everybody is refused until it can be,
 * and that is said once. What its lines have wrong is told whenever its text is new.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { type HostsFile, HostsTable, parseHostsFile } from '../access/mod.ts';
import type { DaemonLevel, DaemonLog } from '../log/mod.ts';
import { FileStamp } from '../os/mod.ts';

export interface HostsPaths {
  readonly allow: string;
  readonly deny: string;
}

/** Where libwrap has them. */
export const systemHostsPaths: HostsPaths = { allow: '/etc/hosts.allow', deny: '/etc/hosts.deny' };

/** No sensible file is longer; a hundred thousand addresses are 2 MB. */
const largestFile = 16 * 1024 * 1024;
/** A file that was written just before it was read may be written again within the same tick of its clock. */
const settledMilliseconds = 100;
/** Of one file; a broken one may have a hundred thousand. */
const mostMessages = 20;

export class HostsFiles {
  readonly #allow: WatchedFile;
  readonly #deny: WatchedFile;
  #table: HostsTable | undefined;

  constructor({ allow, deny }: HostsPaths, log: DaemonLog) {
    this.#allow = new WatchedFile(allow, log);
    this.#deny = new WatchedFile(deny, log);
  }

  /** @returns undefined when one of them cannot be read: nobody is to be let in */
  table(): HostsTable | undefined {
    const allowChanged = this.#allow.refresh();
    if (!this.#deny.refresh() && !allowChanged) return this.#table;
    const allow = this.#allow.content;
    const deny = this.#deny.content;
    this.#table = allow === undefined || deny === undefined ? undefined : new HostsTable(allow.rules, deny.rules);
    return this.#table;
  }
}

/** The rules as they are now, for who asks once; undefined: they cannot be read. */
export function readHostsRules(
  paths: HostsPaths,
): { readonly [Name in keyof HostsPaths]: HostsFile['rules'] } | undefined {
  const quiet: DaemonLog = { write: () => {}, reopen: () => {} };
  const [allow, deny] = [paths.allow, paths.deny].map((path) => {
    const file = new WatchedFile(path, quiet);
    file.refresh();
    return file.content?.rules;
  });
  return allow === undefined || deny === undefined ? undefined : { allow, deny };
}

const empty: HostsFile = { rules: [], findings: [] };

class WatchedFile {
  readonly #path: string;
  readonly #log: DaemonLog;
  readonly #stamp: FileStamp;
  /** Whether what was read last was of this stamp; else it has to be read whatever it looks like. */
  #settled = false;
  #text: string | undefined;
  #content: HostsFile | undefined;
  #trouble: string | undefined;

  constructor(path: string, log: DaemonLog) {
    this.#path = path;
    this.#log = log;
    this.#stamp = new FileStamp(path);
  }

  /** undefined: it cannot be read. */
  get content(): HostsFile | undefined {
    return this.#content;
  }

  /** @returns whether the content is another than before */
  refresh(): boolean {
    try {
      if (!this.#stamp.refresh() && this.#settled) return false;
      const text = this.#stamp.exists ? readText(this.#path) : undefined;
      this.#settled = text === undefined || Date.now() - this.#stamp.modified >= settledMilliseconds;
      this.#trouble = undefined;
      return this.#take(text);
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #take(text: string | undefined): boolean {
    if (this.#content !== undefined && text === this.#text) return false;
    this.#text = text;
    this.#content = text === undefined ? empty : parseHostsFile(text);
    this.#tell(this.#content.findings);
    return true;
  }

  #fail(trouble: string): boolean {
    if (this.#trouble !== trouble) {
      this.#log.write('ERROR', `${trouble}; clients of services that ask it are refused until it can be read`);
    }
    const changed = this.#content !== undefined || this.#trouble === undefined;
    this.#trouble = trouble;
    this.#settled = false;
    this.#text = undefined;
    this.#content = undefined;
    return changed;
  }

  #tell(findings: HostsFile['findings']): void {
    for (const { line, severity, message, help } of findings.slice(0, mostMessages)) {
      this.#log.write(
        levels[severity],
        `${this.#path}, line ${line}: ${message}${help === undefined ? '' : `; ${help}`}`,
      );
    }
    const more = findings.length - mostMessages;
    if (more > 0) this.#log.write('ERROR', `${this.#path}: ${more} more such lines`);
  }
}

const levels: Readonly<Record<HostsFile['findings'][number]['severity'], DaemonLevel>> = {
  error: 'ERROR',
  warning: 'WARNING',
  note: 'NOTICE',
};

/** @throws Error of the system, or one that says what it is instead of a file */
function readText(path: string): string {
  // A pipe must not keep the daemon waiting.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    if (stats.size > largestFile) throw new Error(`${path} is larger than ${largestFile} bytes`);
    const bytes = Buffer.alloc(stats.size);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
