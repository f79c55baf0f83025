/**
 * npm run bench:steps: where the daemon's own time goes for a connection, by step, in microseconds: the profile of one
 * that serves a static C program to one client at a time and to eight, when it has served some thousands before.
 *
 * Only the thread of the event loop is looked at. `launch` is what it waits for or hands over: alone, a client's program is
 * started there, and the time is that of clone and execve.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load, startDaemon } from './daemon.js';
import { compile, programs } from './programs.js';
import { rivals } from './rivals.js';

/** The outermost functions of each step, by their names in the program. */
const steps = /** @type {const} */ ({
  accept: ['acceptBatch'],
  admission: ['judge'],
  environment: ['connectionVariables'],
  launch: ['launch', 'launchElsewhere'],
  log: ['record', 'flush'],
  reap: ['collect'],
});

/** @typedef {keyof typeof steps} Step */
/** @typedef {{ id: number, callFrame: { functionName: string }, children?: number[] }} Node */
/** @typedef {{ nodes: Node[], samples: number[], timeDeltas: number[] }} Profile */

const connections = 3000;

/**
 * Microseconds of the whole profile, by step; what is in none is `rest`, and waiting for events is left out.
 * @param {Profile} profile
 */
function byStep({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Map<number, Step | 'rest' | undefined>} */
  const stepOf = new Map();
  /** @param {Node} node @param {Step | undefined} outer */
  const walk = (node, outer) => {
    const name = node.callFrame.functionName;
    const own = /** @type {Step[]} */ (Object.keys(steps)).find((step) =>
      /** @type {readonly string[]} */ (steps[step]).includes(name),
    );
    const step = outer ?? own;
    stepOf.set(node.id, name === '(idle)' ? undefined : (step ?? 'rest'));
    for (const child of node.children ?? []) {
      const next = byId.get(child);
      if (next !== undefined) walk(next, step);
    }
  };
  if (nodes[0] !== undefined) walk(nodes[0], undefined);
  /** @type {Map<Step | 'rest', number>} */
  const sums = new Map();
  samples.forEach((id, at) => {
    const step = stepOf.get(id);
    if (step !== undefined) sums.set(step, (sums.get(step) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return sums;
}

/** The profile, when it is there and whole. @param {string} file */
async function written(file) {
  for (let tries = 0; ; tries++) {
    try {
      return /** @type {Profile} */ (JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      if (tries === 500) throw error;
      await delay(20);
    }
  }
}

/** @param {string} scratch @param {number} atOnce */
async function measure(scratch, atOnce) {
  const file = `${scratch}/${atOnce}.cpuprofile`;
  const program = programs().find(({ name }) => name === 'static');
  const kinetd = rivals.find(({ name }) => name === 'kinetd');
  if (program === undefined || kinetd === undefined) throw new Error('no kinetd to measure');
  const require = fileURLToPath(new URL('profiler.cjs', import.meta.url));
  process.env.KINETD_PROFILE = file;
  const profiled = {
    ...kinetd,
    name: `kinetd-${atOnce}`,
    /** @param {import('./rivals.js').Job} job */
    command: (job) => {
      const [node = '', ...words] = kinetd.command(job);
      return [node, '--require', require, ...words];
    },
  };
  const daemon = await startDaemon(profiled, program, scratch);
  try {
    await load(daemon.port, program, ['-c', '8', '-n', `${connections}`]);
    process.kill(daemon.pid, 'SIGUSR2');
    await load(daemon.port, program, ['-c', `${atOnce}`, '-n', `${connections}`]);
    process.kill(daemon.pid, 'SIGUSR2');
    return byStep(await written(file));
  } finally {
    await daemon.stop();
  }
}

compile();
const scratch = mkdtempSync(`${tmpdir()}/kinetd-steps-`);
try {
  const results = [await measure(scratch, 1), await measure(scratch, 8)];
  console.log(`microseconds of the daemon for a connection, ${connections} connections\n`);
  console.log('step            1 at once   8 at once');
  for (const step of /** @type {(Step | 'rest')[]} */ ([...Object.keys(steps), 'rest'])) {
    const cells = results.map((sums) => ((sums.get(step) ?? 0) / connections).toFixed(0).padStart(12));
    console.log(`${step.padEnd(13)}${cells.join('')}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
