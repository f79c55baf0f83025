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
    await run(['inetd', '--help']);
    await run(['xinetd', '-version']);
    // Last, since what it compiles is wanted most: what is kept of a file is what its last program has compiled.
    await run(['kinetd', 'run', '-f', file, '--control', join(folder, 'control')], /^one: tcp 127\.0\.0\.1:(\d+)$/m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} words @param {RegExp} [ready] of a daemon: it has to say so, serves a client then, and is ended */
async function run(words, ready) {
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: patience,
  });
  const gone = once(child, 'close');
  let said = '';
  let served = false;
  for await (const chunk of child.stderr) {
    said += chunk;
    const port = served ? undefined : ready?.exec(said)?.[1];
    if (port === undefined) continue;
    await client(Number(port));
    served = true;
    child.kill('SIGTERM');
  }
  const [status] = await gone;
  if (status !== 0) throw new Error(`${words.join(' ')}: status ${status}\n${said}`);
  if (ready !== undefined && !served) throw new Error(`${words.join(' ')} has not said where it listens:\n${said}`);
}

async function client(port) {
  const socket = connect(port, '127.0.0.1');
  socket.end('hello\n');
  socket.resume();
  await once(socket, 'close');
}
