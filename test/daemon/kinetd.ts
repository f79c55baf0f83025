/**
 * The real daemon, started for a test: its own folder for configuration and logs, its services on loopback, ended
 * by its pid when the test ends.
 *
 * Services use `port = 0` where they can: the kernel gives a free port and the daemon says which, so tests can run
 * side by side. A configuration may say @FOLDER@ for the test's folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import type { Address } from './client.ts';
import { children } from './processes.ts';
import { until } from './until.ts';

/** A daemon that does not end when it is told to must not outlive the tests. */
const patienceSeconds = 30;

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** A folder that every user can reach, removed when the test ends. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-test-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface KinetdOptions {
  /** File names and texts. Arguments name them as @FOLDER@/NAME. */
  readonly files: Readonly<Record<string, string>>;
  /** Words after `bin/`; the default is `kinetd run -f` with the first file. */
  readonly command?: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Nothing of the tests' own environment reaches the daemon. */
  readonly cleanEnvironment?: boolean;
  /** Shell prefix for the daemon, such as `ulimit -n 40`. */
  readonly shell?: string;
  /** Words in front of the daemon's own, such as `setpriv …`; they end in executing the rest. */
  readonly wrapper?: readonly string[];
  /** The folder belongs to nobody in particular: every user may write to it. */
  readonly openFolder?: boolean;
}

/** A wrapper for a daemon that runs as the user `nobody`; tests that use it skip when they are not root. */
export const asNobody: readonly string[] = [
  'setpriv',
  '--reuid=nobody',
  '--regid=nogroup',
  '--clear-groups',
  '--inh-caps=-all',
];

export class Kinetd {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | NodeJS.Signals>;
  #errors = '';
  #output = '';
  #over = false;

  constructor(options: KinetdOptions) {
    this.folder = testFolder();
    if (options.openFolder === true) chmodSync(this.folder, 0o777);
    for (const [name, text] of Object.entries(options.files)) this.write(name, text);
    const [program, ...words] = options.command ?? ['kinetd', 'run', '-f', `@FOLDER@/${Object.keys(options.files)[0]}`];
    // The usual place of the control socket is one for all daemons of a user.
    if (program === 'kinetd' && words[0] === 'run' && !words.includes('--control')) words.push('--control', 'none');
    if (program === 'xinetd' && !words.includes('-control')) words.unshift('-control', 'none');
    if (program === 'inetd' && !words.includes('--control')) words.unshift('--control', 'none');
    const argv = [
      ...(options.wrapper ?? []),
      process.execPath,
      join(root, 'bin', program),
      ...words.map((word) => this.#place(word)),
    ];
    const environment = { ...(options.cleanEnvironment === true ? {} : process.env), ...options.environment };
    const shell = `${options.shell ?? ':'}; exec "$@"`;
    this.#child = spawn('/bin/sh', ['-c', shell, 'sh', ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
      cwd: this.folder,
    });
    this.#child.stdout?.on('data', (chunk) => {
      this.#output += String(chunk);
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#errors += String(chunk);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (status, signal) => {
        this.#over = true;
        resolve(status ?? signal ?? 'SIGKILL');
      });
    });
    onTestFinished(async () => {
      const patience = setTimeout(() => this.#kill(), patienceSeconds * 1000);
      await this.stop();
      clearTimeout(patience);
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Everything written to stderr so far. */
  get errors(): string {
    return this.#errors;
  }

  get output(): string {
    return this.#output;
  }

  /** Writes a file of the test's folder; parents are made, programs (`#!`) are executable. */
  write(name: string, text: string): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.#place(text));
    chmodSync(path, text.startsWith('#!') ? 0o755 : 0o644);
  }

  /** A file of the test's folder, or nothing while it is not there. */
  read(name: string): string {
    try {
      return readFileSync(join(this.folder, name), 'latin1');
    } catch {
      return '';
    }
  }

  /** Resolves when stderr has matched. Rejects when the daemon ends without it. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    return until(() => {
      const match = this.#errors.match(pattern);
      if (match !== null) return match;
      if (this.#over) throw new Error(`the daemon has ended without saying ${pattern}:\n${this.#errors}`);
      return undefined;
    });
  }

  /** Where a service listens, from what `kinetd run` says when it has opened it. */
  async address(id: string): Promise<Address> {
    const match = await this.says(new RegExp(`^${id}: \\w+ \\[?([^\\]\\n]*?)\\]?:(\\d+)$`, 'm'));
    return { host: match[1] ?? '', port: Number(match[2]) };
  }

  /** Resolves when a file of the folder has matched. */
  async file(name: string, pattern: RegExp): Promise<RegExpMatchArray> {
    return until(() => this.read(name).match(pattern) ?? undefined);
  }

  /** SIGHUP, and resolves when the daemon has said that it is done, or that it could not. */
  async reload(): Promise<string> {
    const before = this.#errors.length;
    this.signal('SIGHUP');
    return until(() => this.#errors.slice(before).match(/Reconfigured:.*|reconfiguration failed/)?.[0]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit status, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals> {
    return this.#ended;
  }

  /** SIGTERM, and its exit status. */
  stop(): Promise<number | NodeJS.Signals> {
    if (!this.#over) this.signal('SIGTERM');
    return this.#ended;
  }

  /** With its servers, each of which leads a process group. */
  #kill(): void {
    for (const server of children(this.pid)) process.kill(-server, 'SIGKILL');
    this.signal('SIGKILL');
  }

  #place(text: string): string {
    return text.replaceAll('@FOLDER@', this.folder);
  }
}

/** Starts the daemon and resolves when its services are open. */
export async function startKinetd(options: KinetdOptions): Promise<Kinetd> {
  const daemon = new Kinetd(options);
  await daemon.says(/Started working: \d+ available services?/);
  return daemon;
}

/** An entry of an xinetd.conf: a nowait stream service on a free port of 127.0.0.1, with whatever is given on top. */
export function service(id: string, attributes: Readonly<Record<string, string | number>>): string {
  const defaults: Record<string, string | number> = {
    type: 'UNLISTED',
    socket_type: 'stream',
    protocol: attributes['socket_type'] === 'dgram' ? 'udp' : 'tcp',
    wait: attributes['socket_type'] === 'dgram' ? 'yes' : 'no',
    user: currentUser(),
    port: 0,
    bind: '127.0.0.1',
    server: '/bin/cat',
  };
  const lines = Object.entries({ ...defaults, ...attributes }).map(([name, value]) => `\t${name} = ${value}`);
  return `service ${id}\n{\n${lines.join('\n')}\n}\n`;
}

/** Who runs the tests. */
export function currentUser(): string {
  return userInfo().username;
}

export const isRoot: boolean = process.getuid?.() === 0;
