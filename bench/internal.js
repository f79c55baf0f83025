/**
 * npm run bench:internal: what the daemons serve by themselves, echo and redirect, of kinetd, xinetd and socat in
 * turns: bytes, connections and datagrams a second, and a second of processor time that the daemon and its children
 * use. The clients and the targets of the redirects run beside them and are not counted.
 *
 * Status: 0 when every byte came back, 1 otherwise, 2 for a usage error.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, launch, load } from './daemon.js';
import { present } from './internal-rivals.js';
import { choose } from './options.js';
import { processorSeconds } from './processor-time.js';
import { compile, tools } from './programs.js';
import { median } from './report.js';

/** @typedef {import('./internal-rivals.js').Ports} Ports */
/** @typedef {{ perSecond: number, seconds: number }} Flow */
/** @typedef {{ name: string, pids: readonly number[], ports: Ports, stop: () => Promise<void> }} Running */

const usage = `usage: npm run bench:internal -- [OPTION]...

  --rounds N        measure each rival N times, in turns (default 5)
  --seconds S       each time for S seconds (default 1)
  --rivals A,B      kinetd, xinetd, socat
  --help            this text`;

const patience = 15_000;
const line = 'Hello Kinetd\n';
const client = { name: 'line', title: 'a line', argv: /** @type {[string]} */ (['']), reply: line };

/** What is measured: its unit, the divisor for it, and how. */
const rows = [
  { title: 'echo, 8 connections', unit: 'MB', per: 1e6, run: flow('tcp', 'echo', 8) },
  { title: 'redirect, 8 connections', unit: 'MB', per: 1e6, run: flow('tcp', 'redirect', 8) },
  { title: 'echo, 8 clients', unit: 'conns', per: 1, run: clients('echo', 8, line) },
  { title: 'redirect, 8 clients', unit: 'conns', per: 1, run: clients('greeting', 8, undefined) },
  { title: 'echo, 16 on their way', unit: 'datagrams', per: 1, run: flow('udp', 'datagrams', 16) },
];

/**
 * @param {'tcp' | 'udp'} protocol @param {keyof Ports} service @param {number} count
 * @returns {(ports: Ports, seconds: number) => Promise<Flow>}
 */
function flow(protocol, service, count) {
  return (ports, seconds) =>
    new Promise((resolve, reject) => {
      const words = [protocol, '-p', `${ports[service]}`, '-c', `${count}`, '-s', `${seconds}`];
      execFile(tools.stream, words, (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout));
        else reject(new Error(`${service}: ${stderr.trim() || error.message}`));
      });
    });
}

/**
 * @param {keyof Ports} service @param {number} count
 * @param {string | undefined} text what they send before they half-close, which ends a redirect of xinetd at once
 * @returns {(ports: Ports, seconds: number) => Promise<Flow>}
 */
function clients(service, count, text) {
  return async (ports, seconds) => {
    const figures = await load(ports[service], { ...client, text }, ['-c', `${count}`, '-s', `${seconds}`]);
    if (figures.failures > 0) throw new Error(`${service}: ${figures.failures} failed, first: ${figures.firstFailure}`);
    return figures;
  };
}

/**
 * @param {import('./internal-rivals.js').Rival} rival @param {import('./internal-rivals.js').Targets} targets
 * @param {string} scratch
 * @returns {Promise<Running>}
 */
async function start(rival, targets, scratch) {
  const folder = `${scratch}/${rival.name}`;
  mkdirSync(folder);
  const ports = {
    echo: await freePort(),
    datagrams: await freePort(),
    redirect: await freePort(),
    greeting: await freePort(),
  };
  const daemons = rival.commands(folder, ports, targets).map((command) => launch(command, folder));
  const stop = async () => {
    for (const daemon of daemons) await daemon.stop();
  };
  const deadline = Date.now() + patience;
  for (const ready of [
    clients('echo', 1, line),
    flow('tcp', 'redirect', 1),
    clients('greeting', 1, undefined),
    flow('udp', 'datagrams', 1),
  ]) {
    for (;;) {
      const figures = await ready(ports, 0.05).catch((/** @type {Error} */ error) => error);
      if (!(figures instanceof Error) && figures.perSecond > 0) break;
      if (Date.now() > deadline || daemons.some((daemon) => daemon.ended())) {
        await stop();
        const said = daemons.map((daemon) => daemon.said()).join('\n');
        throw new Error(`${rival.name} does not serve: ${figures instanceof Error ? figures.message : ''}\n${said}`);
      }
      await delay(10);
    }
  }
  return { name: rival.name, pids: daemons.map((daemon) => daemon.pid), ports, stop };
}

/**
 * One row of the table: every rival in turns.
 * @param {(typeof rows)[number]} what @param {readonly Running[]} running
 * @param {{ rounds: number, seconds: number }} size
 */
async function measure(what, running, size) {
  /** @type {Map<string, { rate: number[], each: number[] }>} */
  const results = new Map(running.map(({ name }) => [name, { rate: [], each: [] }]));
  for (let round = 0; round < size.rounds; round++) {
    for (const { name, pids, ports } of running) {
      const before = processorSeconds(pids);
      const { perSecond, seconds } = await what.run(ports, size.seconds);
      const used = processorSeconds(pids) - before;
      results.get(name)?.rate.push(perSecond / what.per);
      results.get(name)?.each.push(used > 0 ? (perSecond * seconds) / used / what.per : Number.NaN);
    }
  }
  // xinetd takes an eager client for a loop, and answers it a few times a second: no measure for anyone.
  const rival = what.unit === 'datagrams' ? undefined : results.get('xinetd');
  const against = (/** @type {'rate' | 'each'} */ key, /** @type {number[]} */ mine) =>
    rival === undefined ? '–' : median(mine.map((value, i) => value / rival[key][i])).toFixed(2);
  for (const [name, { rate, each }] of results) {
    const digits = what.per === 1 ? 0 : 1;
    const cells = [median(rate).toFixed(digits), against('rate', rate), rounded(median(each), digits)];
    console.log(
      `${what.title.padEnd(25)}${name.padEnd(8)}${what.unit.padEnd(10)}` +
        [...cells, against('each', each)].map((cell) => cell.padStart(11)).join(''),
    );
  }
}

/** @param {number} value @param {number} digits */
function rounded(value, digits) {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

/** @param {{ rounds: number, seconds: number }} size @param {string[] | undefined} names */
async function main(size, names) {
  const wanted = choose('--rivals', present(), names);
  compile();
  const scratch = mkdtempSync(`${tmpdir()}/kinetd-internal-`);
  const targets = { echo: await freePort(), greeting: await freePort() };
  const servers = [
    launch([tools.stream, 'serve', `${targets.echo}`], scratch),
    launch([tools.stream, 'greet', `${targets.greeting}`], scratch),
  ];
  /** @type {Running[]} */
  const running = [];
  try {
    for (const rival of wanted) running.push(await start(rival, targets, scratch));
    console.log(`medians of ${size.rounds} rounds\n`);
    console.log(
      `${''.padEnd(43)}${['a second', '× xinetd', 'a CPU s', '× xinetd'].map((word) => word.padStart(11)).join('')}`,
    );
    for (const what of rows) await measure(what, running, size);
  } finally {
    for (const daemon of [...running, ...servers]) await daemon.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130));

try {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      rivals: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const size = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  if (values.help) console.log(usage);
  else if (!(size.rounds > 0 && size.seconds > 0)) throw new TypeError('--rounds and --seconds are numbers above 0');
  else await main(size, values.rivals?.split(','));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
