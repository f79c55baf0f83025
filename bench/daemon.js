/**
 * A daemon under measurement: a child of the bench, known by its own pid, ready when a client has been answered,
 * and gone when stop() returns.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { tools } from './programs.js';
import { environment } from './rivals.js';

/** @typedef {import('./programs.js').Program} Program */
/** @typedef {import('./rivals.js').Rival} Rival */

/**
 * @typedef {object} Figures what the load generator prints
 * @property {number} connections
 * @property {number} seconds
 * @property {number} perSecond
 * @property {number} p50 milliseconds
 * @property {number} p90
 * @property {number} p99
 * @property {number} failures
 * @property {string} firstFailure
 * @property {number} [processor] microseconds of processor time for each connection, of the daemon with its servers
 */

/** @typedef {{ port: number, pid: number, stop: () => Promise<void> }} Daemon */

const patience = 15_000;

/**
 * Starts a rival for a program and waits for its first answer.
 * @param {Rival} rival
 * @param {Program} program
 * @param {string} scratch a folder that goes away with the run
 * @returns {Promise<Daemon>}
 * @throws {Error} when the daemon ends or answers nothing; the message has what it said
 */
export async function startDaemon(rival, program, scratch) {
  const port = await freePort();
  const folder = `${scratch}/${rival.name.replace(' ', '-')}-${program.name}`;
  mkdirSync(folder);
  const daemon = launch(rival.command({ folder, port, program }), folder);
  const deadline = Date.now() + patience;
  for (;;) {
    const figures = await load(port, program, ['-n', '1']);
    const parked = rival.parks !== true || isParked(`${folder}/daemon.log`);
    if (figures.failures === 0 && parked) return { port, pid: daemon.pid, stop: daemon.stop };
    if (daemon.ended() || Date.now() > deadline) {
      await daemon.stop();
      throw new Error(`${rival.name} does not serve ${program.title}: ${figures.firstFailure}\n${daemon.said()}`);
    }
    await delay(10);
  }
}

/** Clients that come before are executed. @param {string} log */
function isParked(log) {
  return existsSync(log) && / fork server \d+ is ready/.test(readFileSync(log, 'utf8'));
}

/**
 * A child process that is stopped by its pid, at the latest together with the bench.
 * @param {readonly string[]} command
 * @param {string} folder its working directory
 */
export function launch(command, folder) {
  const [program, ...words] = command;
  const child = spawn(program, words, { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
  }
  const gone = new Promise((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve(undefined);
    });
    child.once('exit', resolve);
  }).then(() => {
    ended = true;
    process.off('exit', kill);
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const stop = async () => {
    if (ended) return;
    child.kill('SIGTERM');
    const impatient = setTimeout(kill, 10_000);
    await gone;
    clearTimeout(impatient);
  };
  return { pid: child.pid ?? 0, stop, ended: () => ended, said: () => said.trim() };
}

/**
 * One run of the load generator.
 * @param {number} port
 * @param {Program} program
 * @param {readonly string[]} bounds its options that say how many, how long
 * @returns {Promise<Figures>}
 */
export function load(port, program, bounds) {
  const text = program.text === undefined ? [] : ['-w', program.text];
  return new Promise((resolve, reject) => {
    execFile(tools.load, ['-p', `${port}`, '-e', program.reply, ...text, ...bounds], (error, stdout, stderr) => {
      // Status 1 comes with figures that count the failures.
      if (stdout === '') reject(new Error(`load: ${stderr || error?.message}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

/** A port that was free a moment ago. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject()));
    });
  });
}
