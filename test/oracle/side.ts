/**
 * One of the two daemons of a comparison: Debian's, or kinetd as that personality. It has a folder and ports of its
 * own; texts name them as @FOLDER@ and @PORT:NAME@, and what it says comes back with the same placeholders, so that
 * the words of both can be compared.
 *
 * The process is ended by its own pid, and with it the servers that Debian's programs leave behind. It dies with
 * the test run, however that ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { type Address, type TalkOptions, talk } from '../daemon/client.ts';
import { root } from '../daemon/kinetd.ts';
import { fixedPort } from '../daemon/ports.ts';
import { alive, until } from '../daemon/until.ts';
import { type Findings, findings, probe } from './probe.ts';
import { libraries, oracle, type Personality } from './programs.ts';

export type SideName = 'Debian' | 'kinetd';

export interface SideOptions {
  readonly personality: Personality;
  /** File names and texts; the first is the configuration. */
  readonly files: Readonly<Record<string, string>>;
  /** More words of the command line, before the configuration's. */
  readonly words?: readonly string[];
  /** On top of {@link baseEnvironment}. */
  readonly environment?: Readonly<Record<string, string>>;
  /** All words of the command line, in place of those that name the configuration and the log. */
  readonly command?: readonly string[];
  /** Shell commands before the daemon, such as `umask 077`. */
  readonly shell?: string;
  /** Ports that an inetd may leave unbound. */
  readonly silent?: readonly string[];
  /** Runs when the folder is there and the daemon is not yet. */
  readonly before?: (side: Side) => Promise<void> | void;
}

/** The daemon's environment, the same for both, so that servers can be compared in theirs. */
export const baseEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
};

/** A line of the daemon's own log. */
export interface Message {
  readonly level: string;
  readonly text: string;
}

/** How long a daemon has for what it is waited for; only a broken one takes that long. */
const patienceMilliseconds = 20_000;

export class Side {
  readonly name: SideName;
  readonly folder: string;
  readonly #options: SideOptions;
  readonly #ports = new Map<string, number>();
  #child: ChildProcess | undefined;
  #ended: Promise<number | NodeJS.Signals> | undefined;
  #over = false;
  #output = '';

  private constructor(name: SideName, options: SideOptions) {
    this.name = name;
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'kinetd-oracle-'));
    chmodSync(this.folder, 0o755);
  }

  /** Writes the files and starts the daemon; see {@link ready}. */
  static async start(name: SideName, options: SideOptions): Promise<Side> {
    const side = new Side(name, options);
    for (const text of Object.values(options.files)) {
      for (const [, port = ''] of text.matchAll(/@PORT:(\w+)@/g)) {
        if (!side.#ports.has(port)) side.#ports.set(port, await fixedPort());
      }
    }
    for (const [file, text] of Object.entries(options.files)) side.write(file, text);
    await options.before?.(side);
    side.#spawn();
    return side;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Where a port of the configuration is. */
  at(port: string, host = '127.0.0.1'): Address {
    const number = this.#ports.get(port);
    if (number === undefined) throw new Error(`the configuration has no @PORT:${port}@`);
    return { host, port: number };
  }

  /** How a client of an echoing service fares: `closed` is a connection that ends without an answer. */
  async fares(port: string, host = '127.0.0.1', options: TalkOptions = {}): Promise<'served' | 'closed' | 'no port'> {
    try {
      const { text } = await talk(this.at(port, host), { send: 'echo', ...options });
      return text === 'echo' ? 'served' : 'closed';
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return 'no port';
      throw error;
    }
  }

  /** What a probe that serves a stream has to say. */
  async found(port: string, host = '127.0.0.1'): Promise<Findings> {
    const { text } = await talk(this.at(port, host), { halfClose: false });
    return findings(text.replaceAll(this.folder, '@FOLDER@'));
  }

  write(name: string, text: string): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.#fill(text), 'latin1');
    chmodSync(path, text.startsWith('#!') ? 0o755 : 0o644);
  }

  /** A file of the folder with its placeholders back; nothing while it is not there. */
  read(name: string): string {
    try {
      return this.plain(readFileSync(join(this.folder, name), 'latin1'));
    } catch {
      return '';
    }
  }

  /**
   * A text with the folder, the ports and the probe as placeholders. A process may have the number of a port as its
   * pid: what stands where a pid stands (`pid=N`, `xinetd[N]`) is left alone.
   */
  plain(text: string): string {
    let plain = text.replaceAll(this.folder, '@FOLDER@').replaceAll(probe(), '@PROBE@');
    for (const [name, port] of this.#ports) {
      plain = plain.replace(new RegExp(`(?<!pid=|\\w\\[)\\b${port}\\b`, 'g'), `@PORT:${name}@`);
    }
    return plain;
  }

  /** What came over stdout and stderr. */
  get output(): string {
    return this.plain(this.#output);
  }

  /** The daemon's own log, without times; a line in another form than xinetd's is an error. */
  get messages(): readonly Message[] {
    return this.read('daemon.log')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const match = /^\d\d\/\d{1,2}\/\d{1,2}@\d\d:\d\d:\d\d xinetd\[(\d+)\]: ([A-Z]+): (.*)$/.exec(line);
        if (match === null) return { level: 'CONTINUED', text: line };
        return { level: match[2] ?? '', text: (match[3] ?? '').replace(/^\d+ \{\w+\} /, '') };
      });
  }

  /** Resolves with the match once the daemon's log (or, for an inetd, its output) has it; rejects when it ends. */
  says(pattern: RegExp): Promise<RegExpMatchArray> {
    return this.#await(`said ${pattern}`, () => {
      const over = this.#over;
      const said = this.#options.personality === 'xinetd' ? this.read('daemon.log') : this.output;
      const match = said.match(pattern);
      if (match !== null) return match;
      if (over) throw new Error(`${this.name} has ended without saying ${pattern}:\n${said}${this.output}`);
      return undefined;
    });
  }

  /** The lines about one service in `service.log`, without times, pids and durations. */
  lines(id: string, file = 'service.log'): readonly string[] {
    return this.read(file)
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const match = /^\d\d\/\d{1,2}\/\d{1,2}@\d\d:\d\d:\d\d: (.*)$/.exec(line);
        if (match === null) throw new Error(`${this.name} writes a line in another form: ${line}`);
        return (match[1] ?? '').replace(/ pid=\d+/, ' pid=N').replace(/ duration=\d+\(sec\)/, ' duration=N(sec)');
      })
      .filter((line) => line.split(' ')[1] === id);
  }

  /** Resolves with the lines about a service once one of them matches. */
  logged(id: string, pattern: RegExp, file = 'service.log'): Promise<readonly string[]> {
    return this.#await(`logged ${pattern} of ${id}`, () => {
      const lines = this.lines(id, file);
      return lines.some((line) => pattern.test(line)) ? lines : undefined;
    });
  }

  /** As {@link logged}, of the lines behind the first `known` ones. */
  loggedSince(id: string, known: number, pattern: RegExp): Promise<readonly string[]> {
    return this.#await(`logged another ${pattern} of ${id}`, () => {
      const lines = this.lines(id).slice(known);
      return lines.some((line) => pattern.test(line)) ? lines : undefined;
    });
  }

  /** Resolves with the lines about a service once there are so many. */
  count(id: string, lines: number): Promise<readonly string[]> {
    return this.#await(`logged ${lines} lines of ${id}`, () => {
      const found = this.lines(id);
      return found.length >= lines ? found : undefined;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** SIGHUP, and the messages from there to the end of the reload. */
  async reload(): Promise<readonly Message[]> {
    const before = this.messages.length;
    this.signal('SIGHUP');
    return this.#await('reloaded', () => {
      const over = this.#over;
      const messages = this.messages.slice(before);
      const done = messages.some(({ text }) => /^Reconfigured:|reconfiguration failed/.test(text));
      return done || over ? messages : undefined;
    });
  }

  /** The exit status, or the signal that ended it. */
  get ended(): Promise<number | NodeJS.Signals> {
    if (this.#ended === undefined) throw new Error('the daemon has not been started');
    return this.#ended;
  }

  /** Resolves when the daemon serves: it has said so, or all its ports are bound and it sleeps. */
  async ready(): Promise<void> {
    if (this.#options.personality === 'xinetd' || this.name === 'kinetd') {
      await this.says(/Started working: \d+ available service/);
      return;
    }
    const { silent = [] } = this.#options;
    await this.#await('bound its ports', () => {
      if (this.#over) throw new Error(`Debian's inetd has ended: ${this.output}`);
      return sleeps(this.pid) && [...this.#ports].every(([name, port]) => silent.includes(name) || isBound(port))
        ? true
        : undefined;
    });
  }

  /** Whether one of the ports was taken by somebody else in the meantime. */
  get outOfLuck(): boolean {
    return /Address already in use/.test(this.read('daemon.log') + this.output);
  }

  /** Ends the daemon and the servers that it leaves behind, and removes the folder. */
  async end(): Promise<void> {
    const servers = childrenOf(this.pid);
    if (!this.#over) this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), patienceMilliseconds);
    await this.#ended;
    clearTimeout(late);
    for (const pid of [...servers, this.#detached]) if (pid !== undefined && alive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Who has put itself into a pid file named `pid`, if that is not the process that was started. */
  get #detached(): number | undefined {
    try {
      return Number(readFileSync(join(this.folder, 'pid'), 'latin1'));
    } catch {
      return undefined;
    }
  }

  /** Waits for a condition, and says what the daemon has said when it does not come. */
  async #await<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + patienceMilliseconds;
    return until(() => {
      const found = look();
      if (found !== undefined || Date.now() < deadline) return found;
      throw new Error(`${this.name} has not ${what}:\n${this.read('daemon.log')}${this.output}`);
    });
  }

  #spawn(): void {
    const { personality, environment, shell = ':', words = [], command } = this.#options;
    const program =
      this.name === 'Debian'
        ? [oracle(personality)]
        : [process.execPath, join(root, 'bin', personality === 'inetutils' ? 'inetd' : personality)];
    const configuration = join(this.folder, Object.keys(this.#options.files)[0] ?? '');
    const place =
      personality === 'xinetd'
        ? ['-dontfork', '-filelog', join(this.folder, 'daemon.log'), '-f', configuration]
        : ['-d', configuration];
    // The usual place of the control socket is one for all daemons of a user.
    const control = this.name === 'Debian' ? [] : [personality === 'xinetd' ? '-control' : '--control', 'none'];
    const argv = [...program, ...control, ...(command ?? [...words, ...place]).map((word) => this.#fill(word))];
    this.#child = spawn('/bin/sh', ['-c', `${shell}\nexec setpriv --pdeathsig KILL "$@"`, 'sh', ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...baseEnvironment, LD_LIBRARY_PATH: libraries(), ...environment },
      cwd: this.folder,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child?.on('exit', (status, signal) => {
        this.#over = true;
        resolve(status ?? signal ?? 'SIGKILL');
      });
    });
  }

  #fill(text: string): string {
    return text
      .replaceAll('@FOLDER@', this.folder)
      .replaceAll('@PROBE@', () => probe())
      .replace(/@PORT:(\w+)@/g, (_, name: string) => String(this.at(name).port));
  }
}

/** The processes that a daemon has started and not yet collected. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function sleeps(pid: number): boolean {
  try {
    return / S /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Whether a socket is bound to a port, as the kernel's tables say; asking a port itself would start a server. */
export function isBound(port: number): boolean {
  const local = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:0000 (0A|07)`,
    'm',
  );
  return ['tcp', 'tcp6', 'udp', 'udp6'].some((table) => local.test(readFileSync(`/proc/net/${table}`, 'latin1')));
}

/** Resolves when nobody listens on a port any more, or again. */
export function bound(port: number, wanted: boolean): Promise<true> {
  return until(() => (isBound(port) === wanted ? true : undefined));
}

/** For what cannot be waited for: that something does not happen. Kept short; the other daemon shows that it can. */
export function aWhile(): Promise<void> {
  return pause(150);
}
