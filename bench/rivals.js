/**
 * Who takes part, and how each is told to serve one program on one port of 127.0.0.1 without any limit in the way.
 * kinetd and xinetd get the same file, with the log lines that xinetd writes by default; the others log nothing.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { tools } from './programs.js';
import { serviceText } from './service-text.js';

/** @typedef {import('./programs.js').Program} Program */

/**
 * @typedef {object} Job what a rival has to serve
 * @property {string} folder a private folder for its files
 * @property {number} port
 * @property {Program} program
 */

/**
 * @typedef {object} Rival
 * @property {string} name
 * @property {string} path its program; the rival takes part when this exists
 * @property {string} hint how to get it
 * @property {boolean} [forks] takes part in programs that a fork server can be had of
 * @property {boolean} [parks] says in its log when the program is parked
 * @property {(job: Job) => readonly string[]} command writes the files it needs and returns its command line
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const oracles = process.env.KINETD_ORACLES ?? `${root}test/.oracle`;
const user = userInfo().username;

/** @type {readonly Rival[]} */
export const rivals = [
  {
    name: 'kinetd',
    path: `${root}bin/xinetd`,
    hint: 'npm ci',
    command: (job) => [process.execPath, `${root}bin/xinetd`, ...xinetdArguments(job)],
  },
  {
    name: 'kinetd fork',
    path: `${root}build/Release/kinetd_forkserver.so`,
    hint: 'npm ci',
    forks: true,
    parks: true,
    command: (job) => [process.execPath, `${root}bin/xinetd`, ...xinetdArguments(job, '\tlaunch      = forkserver\n')],
  },
  {
    name: 'own server',
    path: tools.forking,
    hint: 'a C compiler',
    forks: true,
    command: ({ port, program }) => [...(program.forking ?? []), `${port}`],
  },
  oracle('xinetd', 'xinetd/usr/sbin/xinetd', (path, job) => [path, ...xinetdArguments(job)]),
  oracle('openbsd-inetd', 'openbsd-inetd/usr/sbin/inetd', (path, job) => {
    const file = `${job.folder}/inetd.conf`;
    const [program, ...words] = job.program.argv;
    writeFileSync(file, `127.0.0.1:${job.port} stream tcp4 nowait ${user} ${[program, program, ...words].join(' ')}\n`);
    return [path, '-i', '-R', '1000000', file];
  }),
  oracle('tcpserver', 'ucspi-tcp/usr/bin/tcpserver', (path, job) => {
    return [path, '-H', '-R', '-l0', '-q', '-c', '1000', '-b', '128', '127.0.0.1', `${job.port}`, ...job.program.argv];
  }),
  {
    name: 'loop',
    path: tools.loop,
    hint: 'a C compiler',
    command: (job) => [tools.loop, `${job.port}`, ...job.program.argv],
  },
];

/** The environment of every daemon: small, the same for all, and with Debian's libwrap where xinetd finds it. */
export function environment() {
  const folders = ['libwrap0', 'libbsd0'].flatMap((name) => {
    const lib = `${oracles}/${name}/usr/lib`;
    return existsSync(lib) ? readdirSync(lib).map((triplet) => `${lib}/${triplet}`) : [];
  });
  const { PATH = '/usr/bin:/bin', KINETD_PROFILE = '' } = process.env;
  return { PATH, KINETD_PROFILE, LD_LIBRARY_PATH: folders.join(':') };
}

/**
 * @param {string} name
 * @param {string} file below the folder of the oracles
 * @param {(path: string, job: Job) => readonly string[]} command
 * @returns {Rival}
 */
function oracle(name, file, command) {
  const path = `${oracles}/${file}`;
  return { name, path, hint: 'run test/oracle/fetch.sh', command: (job) => command(path, job) };
}

/**
 * xinetd's command line, and the file for it. Relative names never occur, so the working directory is of no matter.
 * @param {Job} job
 * @param {string} [more] lines of the service that kinetd alone knows
 */
function xinetdArguments(job, more = '') {
  const { folder, port, program } = job;
  writeFileSync(
    `${folder}/xinetd.conf`,
    `defaults
{
\tlog_type       = FILE ${folder}/service.log
\tlog_on_success = PID HOST EXIT DURATION
\tlog_on_failure = HOST ATTEMPT
\tinstances      = UNLIMITED
\tper_source     = UNLIMITED
\tcps            = 0 0
}
${serviceText('bench', port, program.argv, more)}`,
  );
  const files = ['-f', `${folder}/xinetd.conf`, '-filelog', `${folder}/daemon.log`, '-pidfile', `${folder}/pid`];
  return ['-dontfork', ...files];
}
