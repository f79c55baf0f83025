/**
 * A syslog daemon for one test: the daemon under test runs in a mount namespace of its own, where /dev/log is a
 * socket of the test's folder. Needs root and python3; see {@link canFakeSyslog}.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { onTestFinished } from 'vitest';

import { canMount, inOwnMounts } from './mounts.ts';
import { python3 } from './programs.ts';
import { until } from './until.ts';

/** It would be preferred. */
const withoutJournal = 'if [ -d /run/systemd/journal ]; then mount -t tmpfs tmpfs /run/systemd/journal; fi';
const devices = 'mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/urandom c 1 9; mknod -m 666 /dev/tty c 5 0';

/** Words in front of a daemon whose /dev/log is the given socket. */
export function withSyslog(path: string): readonly string[] {
  return inOwnMounts(`${withoutJournal}; mount -t tmpfs tmpfs /dev; ${devices}; ln -s ${path} /dev/log`);
}

/** Whether this process may do that. */
export const canFakeSyslog: boolean =
  canMount && python3 !== undefined && spawnSync('/usr/bin/env', [...withSyslog('/nowhere'), 'true']).status === 0;

const receiver = `
import os, socket, sys
path = sys.argv[1]
if os.path.lexists(path): os.unlink(path)
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(path)
print("listening", flush=True)
while True:
    print(log.recv(65536).decode("latin-1"), flush=True)
`;

export class Syslog {
  readonly #child: ChildProcess;
  #text = '';

  constructor(path: string) {
    this.#child = spawn(python3 ?? 'python3', ['-IS', '-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk) => {
      this.#text += String(chunk);
    });
    onTestFinished(() => this.stop());
  }

  /** Each message as it came, one a line. */
  get text(): string {
    return this.#text;
  }

  hears(pattern: RegExp): Promise<RegExpMatchArray> {
    return until(() => this.#text.match(pattern) ?? undefined);
  }

  /** It is there, and reads nothing until it is resumed. */
  stall(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

/** Resolves when it listens. */
export async function startSyslog(path: string): Promise<Syslog> {
  const syslog = new Syslog(path);
  await syslog.hears(/^listening$/m);
  return syslog;
}
