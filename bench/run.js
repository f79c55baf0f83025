/**
 * npm run bench: kinetd side by side with its peers on this machine, in turns within one run (A B C, A B C, …), so that
 * whatever else the machine does falls on all alike. Prints a table for each program and says of each number that
 * kinetd has to hold whether it held; writes every single measurement as JSON.
 *
 * Status: 0 when all clients were answered, 1 otherwise. Whether a number held does not count: on a busy machine
 * none of them means anything.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load, startDaemon } from './daemon.js';
import { choose, parseOptions, usage } from './options.js';
import { processorSeconds } from './processor-time.js';
import { compile, programs } from './programs.js';
import { table, verdicts } from './report.js';
import { rivals } from './rivals.js';

/** @typedef {import('./options.js').Options} Options */
/** @typedef {import('./programs.js').Program} Program */
/** @typedef {import('./report.js').Sample} Sample */
/** @typedef {import('./rivals.js').Rival} Rival */

const concurrencies = [1, 8, 32];

/** @param {string} text */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/**
 * All rounds of one program. The daemons stay up throughout; an idle one takes no time from the one at work. Each has
 * served for a while before the first is measured, as those have that run for months.
 * @param {Program} program
 * @param {readonly Rival[]} present
 * @param {Options} options
 * @param {string} scratch
 * @returns {Promise<Sample[]>}
 */
async function measure(program, present, options, scratch) {
  /** @type {Sample[]} */
  const samples = [];
  /** @type {Map<string, import('./daemon.js').Daemon>} */
  const daemons = new Map();
  try {
    const taking = present.filter((rival) => rival.forks !== true || program.forkserver === true);
    for (const rival of taking) daemons.set(rival.name, await startDaemon(rival, program, scratch));
    for (const [rival, daemon] of options.warmUp > 0 ? daemons : []) {
      progress(`${program.title}, warming up: ${rival}`);
      for (const atOnce of [8, 1]) await load(daemon.port, program, ['-c', `${atOnce}`, '-s', `${options.warmUp}`]);
    }
    for (const atOnce of concurrencies) {
      for (let round = 1; round <= options.rounds; round++) {
        for (const [rival, daemon] of daemons) {
          progress(`${program.title}, ${atOnce} at once, round ${round} of ${options.rounds}: ${rival}`);
          const before = processorSeconds([daemon.pid]);
          const figures = await load(daemon.port, program, ['-c', `${atOnce}`, '-s', `${options.seconds}`]);
          figures.processor = ((processorSeconds([daemon.pid]) - before) * 1e6) / Math.max(1, figures.connections);
          samples.push({ program: program.name, atOnce, rival, round, figures });
        }
      }
    }
  } finally {
    progress('');
    for (const daemon of daemons.values()) await daemon.stop();
  }
  return samples;
}

/** @param {Options} options @param {readonly Sample[]} samples */
function save(options, samples) {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const file = options.json ?? fileURLToPath(new URL(`results/${stamp}.json`, import.meta.url));
  const machine = { kernel: release(), cpus: cpus().map((cpu) => cpu.model), node: process.version };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, options, samples }, null, 1)}\n`);
  console.log(`\nevery measurement: ${file}`);
}

/** @param {Options} options */
async function main(options) {
  const chosen = choose('--only', programs(), options.only === undefined ? undefined : [options.only]);
  const wanted = choose('--rivals', rivals, options.rivals);
  compile();
  const present = wanted.filter((rival) => existsSync(rival.path));
  for (const rival of wanted.filter((one) => !present.includes(one))) {
    console.log(`${rival.name} is left out: ${rival.path} is missing (${rival.hint})`);
  }
  const busy = loadavg()[0] ?? 0;
  if (busy > 0.5) console.log(`this machine is busy (load ${busy.toFixed(1)}): read the figures with care`);

  const measured = chosen.filter(({ argv }) => !argv[0].startsWith('/usr/bin/') || existsSync(argv[0]));
  for (const { name, argv } of chosen.filter((one) => !measured.includes(one))) {
    console.log(`${name} is left out: ${argv[0]} is missing`);
  }

  /** @type {Sample[]} */
  const samples = [];
  const scratch = mkdtempSync(`${tmpdir()}/kinetd-bench-`);
  try {
    for (const program of measured) {
      samples.push(...(await measure(program, present, options, scratch)));
      console.log(`\n${table(samples, program)}`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const lines = verdicts(samples);
  if (lines.length > 0) console.log(`\n${lines.join('\n')}`);
  save(options, samples);

  const failed = samples.filter((sample) => sample.figures.failures > 0);
  for (const { program, rival, atOnce, figures } of failed) {
    console.log(`${rival}, ${program}, ${atOnce} at once: ${figures.failures} failed, first: ${figures.firstFailure}`);
  }
  return failed.length === 0 ? 0 : 1;
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
