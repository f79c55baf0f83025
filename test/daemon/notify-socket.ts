/**
 * The socket of a supervisor for one test, and what comes there by sd_notify(3), with the pid that the kernel says has
 * sent it. Needs python3: Node has no datagram sockets of Unix.
 */
import { spawn } from 'node:child_process';

import { onTestFinished } from 'vitest';

import { python3 } from './programs.ts';
import { until } from './until.ts';

export interface Notification {
  readonly pid: number;
  readonly lines: readonly string[];
}

const receiver = `
import json, socket, struct, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind("\\0" + path[1:] if path.startswith("@") else path)
print("listening", flush=True)
while True:
    data, control, flags, sender = s.recvmsg(65536, 256)
    pid = next(struct.unpack("3i", value)[0] for level, kind, value in control if kind == socket.SCM_CREDENTIALS)
    print(json.dumps({"pid": pid, "lines": data.decode().splitlines()}), flush=True)
`;

export class NotifySocket {
  #text = '';

  constructor(path: string) {
    const child = spawn(python3 ?? 'python3', ['-IS', '-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (chunk) => {
      this.#text += String(chunk);
    });
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  get listening(): boolean {
    return this.#text.startsWith('listening\n');
  }

  get notifications(): readonly Notification[] {
    const complete = this.#text.slice(0, this.#text.lastIndexOf('\n') + 1);
    return complete
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Notification);
  }

  /** Resolves with the notification of this number, counted from 0, of those that have this line. */
  hears(line: string | RegExp, number = 0): Promise<Notification> {
    const has = ({ lines }: Notification): boolean =>
      lines.some((each) => (typeof line === 'string' ? each === line : line.test(each)));
    return until(() => this.notifications.filter(has)[number]);
  }
}

/** Resolves when it listens. */
export async function startNotifySocket(path: string): Promise<NotifySocket> {
  const socket = new NotifySocket(path);
  await until(() => socket.listening || undefined);
  return socket;
}
