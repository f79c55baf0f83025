/**
 * npm run bench:many: kinetd and xinetd with a thousand services, in turns: the time from the start of the process to
 * the last port bound, the time that a reload takes which changes nothing, and private memory while idle. Both say in
 * their daemon log when they are done, and these lines are waited for.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launch } from './daemon.js';
import { privateMemory } from './private-memory.js';
import { median } from './report.js';
import { rivals } from './rivals.js';

const usage = 'usage: npm run bench:many -- [--services N] [--rounds N] [--first-port P]';
const patience = 30_000;

/** @param {string} folder @param {number} services @param {number} firstPort */
function configuration(folder, services, firstPort) {
  const one = (/** @type {number} */ i) => `service many${i}
{
\ttype = UNLISTED
\tsocket_type = stream
\tprotocol = tcp
\twait = no
\tbind = 127.0.0.1
\tport = ${firstPort + i}
\tuser = ${userInfo().username}
\tserver = /bin/cat
}
`;
  const file = `${folder}/xinetd.conf`;
  writeFileSync(file, `defaults\n{\n}\n${Array.from({ length: services }, (_, i) => one(i)).join('')}`);
  return file;
}

/**
 * Milliseconds until the log says what is expected.
 * @param {string} log
 * @param {RegExp} line
 * @param {number} from when the clock was started, in milliseconds of performance.now()
 * @param {{ ended: () => boolean, said: () => string }} daemon
 */
async function until(log, line, from, daemon) {
  for (;;) {
    const now = performance.now();
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    if (line.test(text)) return now - from;
    if (daemon.ended() || now - from > patience) throw new Error(`no ${line} in the log:\n${text}${daemon.said()}`);
    await delay(0.5);
  }
}

/**
 * @param {import('./rivals.js').Rival} rival
 * @param {string} scratch
 * @param {{ services: number, firstPort: number }} size
 */
async function measure(rival, scratch, { services, firstPort }) {
  const folder = mkdtempSync(`${scratch}/${rival.name}-`);
  const log = `${folder}/daemon.log`;
  const file = configuration(folder, services, firstPort);
  const program = rival.name === 'kinetd' ? [process.execPath, rival.path] : [rival.path];
  const options = ['-dontfork', '-f', file, '-filelog', log, '-pidfile', `${folder}/pid`];
  const began = performance.now();
  const daemon = launch([...program, ...options], folder);
  try {
    const start = await until(log, new RegExp(`Started working: ${services} available services`), began, daemon);
    const hup = performance.now();
    process.kill(daemon.pid, 'SIGHUP');
    const reload = await until(log, /Reconfigured: new=0 old=\d+ dropped=0/, hup, daemon);
    return { start, reload, memory: privateMemory(daemon.pid) };
  } finally {
    await daemon.stop();
  }
}

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    'first-port': { type: 'string', default: '20000' },
    help: { type: 'boolean', default: false },
  },
});

async function main() {
  const size = { services: Number(values.services), firstPort: Number(values['first-port']) };
  const taking = rivals.filter(({ name, path }) => ['kinetd', 'xinetd'].includes(name) && existsSync(path));
  const scratch = mkdtempSync(`${tmpdir()}/kinetd-many-`);
  /** @type {Map<string, { start: number, reload: number, memory: number }[]>} */
  const results = new Map(taking.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const rival of taking) results.get(rival.name)?.push(await measure(rival, scratch, size));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${size.services} services, medians of ${values.rounds} rounds\n`);
  console.log('daemon    start ms  reload ms  private memory kB');
  for (const [name, figures] of results) {
    const middle = (/** @type {'start' | 'reload' | 'memory'} */ key) =>
      median(figures.map((one) => one[key])).toFixed(0);
    console.log(
      `${name.padEnd(8)}${middle('start').padStart(10)}${middle('reload').padStart(11)}${middle('memory').padStart(19)}`,
    );
  }
}

if (values.help) console.log(usage);
else await main();
