/**
 * The servers that the daemons start, and the C programs of the bench itself, compiled on first use into bench/build.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const build = `${here}build/`;

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} title for the table
 * @property {readonly [string, ...string[]]} argv the program's absolute path and its arguments
 * @property {string | undefined} text what a client sends before it half-closes
 * @property {string} reply what it must read
 * @property {boolean} [forkserver] whether a fork server can be had of it
 * @property {readonly [string, ...string[]]} [forking] a server of its own that forks for each client; its last word is a port
 */

/** The processors whose system calls hello-bare.c knows. */
const bareKnown = ['x64', 'arm64'].includes(process.arch);

export const tools = {
  load: `${build}load`,
  loop: `${build}spawn-loop`,
  stream: `${build}stream`,
  forking: `${build}forking`,
};

/** Compiles what is older than its source. Needs cc; the static program needs the static C library. */
export function compile() {
  mkdirSync(build, { recursive: true });
  for (const [target, source, ...flags] of [
    ['load', 'load.c'],
    ['spawn-loop', 'spawn-loop.c'],
    ['stream', 'stream.c'],
    ['hello-dynamic', 'hello.c'],
    ['forking', 'forking.c'],
    ['hello-static', 'hello.c', '-static'],
    ...(bareKnown ? [['hello-bare', 'hello-bare.c', '-static', '-nostdlib', '-fno-stack-protector']] : []),
  ]) {
    const [from, to] = [`${here}${source}`, `${build}${target}`];
    if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) continue;
    execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', ...flags, '-o', to, from], { stdio: 'inherit' });
  }
}

/** @returns {readonly Program[]} */
export function programs() {
  const line = 'Hello Kinetd\n';
  const bare = {
    name: 'bare',
    title: 'C program without C library',
    argv: [`${build}hello-bare`],
    text: undefined,
    reply: 'HELLO\n',
  };
  return [
    { name: 'static', title: 'static C program', argv: [`${build}hello-static`], text: undefined, reply: 'HELLO\n' },
    {
      name: 'dynamic',
      title: 'dynamic C program',
      argv: [`${build}hello-dynamic`],
      text: undefined,
      reply: 'HELLO\n',
      forkserver: true,
      forking: [`${build}forking`],
    },
    .../** @type {Program[]} */ (bareKnown ? [bare] : []),
    { name: 'cat', title: '/bin/cat', argv: ['/bin/cat'], text: line, reply: line },
    {
      name: 'python3',
      title: 'python3 script',
      argv: [python(), `${here}lower.py`],
      text: line,
      reply: line.toLowerCase(),
      forkserver: true,
      forking: [python(), `${here}forking.py`],
    },
    ...Object.entries({ perl: 'pl', php: 'php', ruby: 'rb' }).map(([name, extension]) => {
      const script = (/** @type {string} */ what) =>
        /** @type {[string, string]} */ ([`/usr/bin/${name}`, `${here}${what}.${extension}`]);
      return {
        name,
        title: `${name} script`,
        argv: script('lower'),
        text: line,
        reply: line.toLowerCase(),
        forkserver: true,
        forking: script('forking'),
      };
    }),
  ];
}

/** The system's python3, or else the interpreter itself behind whatever wrapper PATH has. */
function python() {
  if (existsSync('/usr/bin/python3')) return '/usr/bin/python3';
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
}
