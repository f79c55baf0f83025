/**
 * npm run bench:many: kinetd and xinetd with a thousand services, in turns: the time from the start of the process to
 * the last port bound, the time that a reload takes which changes nothing, and private memory while idle. Both say in
 * their daemon log when they are done, and these lines are waited for.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { privateMemory } from './private-memory.js';
import { median } from './report.js';
import { environment } from './rivals.js';
import { serviceText } from './service-text.js';
import { inTurns } from './xinetd-pair.js';

const usage = 'usage: npm run bench:many -- [--services N] [--rounds N] [--first-port P]';

/** @param {{ services: number, firstPort: number }} size */
function configuration({ services, firstPort }) {
  const all = Array.from({ length: services }, (_, i) => serviceText(`many${i}`, firstPort + i, ['/bin/cat']));
  return `defaults\n{\n}\n${all.join('')}`;
}

/** @typedef {{ start: number, reload: number, memory: number }} Figures */

/** @param {number} services @returns {(one: import('./xinetd-pair.js').One, began: number) => Promise<Figures>} */
function measure(services) {
  return async ({ pid, says }, began) => {
    const start = await says(new RegExp(`Started working: ${services} available services`), began);
    const hup = performance.now();
    process.kill(pid, 'SIGHUP');
    const reload = await says(/Reconfigured: new=0 old=\d+ dropped=0/, hup);
    return { start, reload, memory: privateMemory(pid) };
  };
}

/** Milliseconds that Node takes for a program that does nothing. */
function emptyNode() {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0'], { env: environment() });
  return performance.now() - began;
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
  const results = await inTurns(Number(values.rounds), () => configuration(size), measure(size.services));
  const node = median(Array.from({ length: 7 }, emptyNode));
  console.log(`${size.services} services, medians of ${values.rounds} rounds\n`);
  console.log('daemon    start ms  reload ms  private memory kB');
  for (const [name, figures] of results) {
    const middle = (/** @type {'start' | 'reload' | 'memory'} */ key) =>
      median(figures.map((one) => one[key])).toFixed(0);
    console.log(
      `${name.padEnd(8)}${middle('start').padStart(10)}${middle('reload').padStart(11)}${middle('memory').padStart(19)}`,
    );
  }
  console.log(`\nnode -e 0: ${node.toFixed(0)} ms`);
}

if (values.help) console.log(usage);
else await main();
