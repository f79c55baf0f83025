/**
 * A program whose execve does not come back until it is let go: a stand-in for one on a disk or a file server that does
 * not answer. The file has a write lease (fcntl(2), F_SETLEASE), which makes the kernel hold whoever opens it, for up to
 * /proc/sys/fs/lease-break-time seconds (45). The lease needs the file's owner and a file that nobody has open.
 */
import { spawn } from 'node:child_process';

import { onTestFinished } from 'vitest';

import { python3 } from './programs.ts';

/** Holds the lease until its stdin ends, and says when somebody has been made to wait for it. */
const holder = `
import fcntl, os, signal, sys
signal.signal(signal.SIGIO, lambda *_: os.write(1, b"asked\\n"))
program = os.open(sys.argv[1], os.O_RDONLY)
fcntl.fcntl(program, fcntl.F_SETLEASE, fcntl.F_WRLCK)
os.write(1, b"held\\n")
sys.stdin.read()
`;

export const canHoldPrograms: boolean = python3 !== undefined;

export interface HeldProgram {
  /** Resolves when somebody waits for the program. */
  readonly asked: () => Promise<void>;
  /** Whoever waits goes on, and nobody has to wait any more. Resolves when that is so. */
  readonly letGo: () => Promise<void>;
}

/** @param path a program of the caller's that nobody has open; it is let go when the test ends */
export async function holdProgram(path: string): Promise<HeldProgram> {
  const child = spawn(python3 ?? '', ['-IS', '-c', holder, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  let heard = (): void => {};
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      over = true;
      resolve();
      heard();
    });
  });
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
    heard();
  });
  const says = async (word: string): Promise<void> => {
    while (!said.includes(word)) {
      if (over) throw new Error(`the lease on ${path} could not be had`);
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  const letGo = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  onTestFinished(letGo);
  await says('held');
  return { asked: () => says('asked'), letGo };
}
