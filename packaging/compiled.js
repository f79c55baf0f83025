/**
 * Has the programs of dist/bin/ run once as people run them, so that what V8 compiles of them by then is kept beside them
 * (run-and-keep.js). They need nothing but a port of loopback, and a folder of their own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('run-and-keep.js', import.meta.url));
const patience = 20_000;

const configuration = `defaults
{
	instances = 50
	log_on_success = PID HOST EXIT DURATION
	log_on_failure = HOST
	only_from = 127.0.0.1
}
service one
{
	type = UNLISTED
	socket_type = stream
	wait = no
	user = ${userInfo().username}
	bind = 127.0.0.1
	port = 0
	server = /bin/cat
	cps = 50 10
	per_source = 10
}
`;

/** @throws Error when one of them does not do what it should */
export async function keepCompiled() {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-compile-'));
  const file = join(folder, 'xinetd.conf');
  try {
    writeFileSync(file, configuration);
    await run(['kinetd', 'check', '-f', file]);
    await run(['kinetd', 'explain', 'one', '-f', file, '--control', 'none']);
    await run(['inetd', '--help']);
    await run(['xinetd', '-version']);
    // Last, since what it compiles is wanted most: what is kept of a file is what its last program has compiled.
    const control = join(folder, 'control');
    await run(['kinetd', 'run', '-f', file, '--control', control], /^one: tcp 127\.0\.0\.1:(\d+)$/m, async (port) => {
      await client(Number(port));
      for (const question of ['status', 'ps']) await run(['kinetd', question, '--control', control]);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} words
 * @param {RegExp} [ready] of a daemon: it has to say so, and is ended when it has been used
 * @param {(found: string) => Promise<void>} [use] is told what stands in the brackets of `ready`
 */
async function run(words, ready, use) {
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: patience,
  });
  const gone = once(child, 'close');
  let said = '';
  let used = false;
  for await (const chunk of child.stderr) {
    said += chunk;
    const found = used ? undefined : ready?.exec(said)?.[1];
    if (found === undefined) continue;
    used = true;
    try {
      await use(found);
    } finally {
      child.kill('SIGTERM');
    }
  }
  const [status] = await gone;
  if (status !== 0) throw new Error(`${words.join(' ')}: status ${status}\n${said}`);
  if (ready !== undefined && !used) throw new Error(`${words.join(' ')} has not said where it listens:\n${said}`);
}

async function client(port) {
  const socket = connect(port, '127.0.0.1');
  socket.end('hello\n');
  socket.resume();
  await once(socket, 'close');
}
