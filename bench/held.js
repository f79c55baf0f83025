/**
 * npm run bench:held: what connections that stay cost those that come, of kinetd and xinetd in turns. So many clients
 * connect to a service whose program echoes, each is answered once and stays; before and while they are there a client at
 * a time is served by another program; a second of these, and the daemon's own processor time for one (without that of its
 * servers), is what is compared. With --services there are so many idle services besides.
 *
 * Status: 0 when every client was answered, 1 otherwise, 2 for a usage error.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { freePort, load } from './daemon.js';
import { privateMemory } from './private-memory.js';
import { ownSeconds } from './processor-time.js';
import { compile, programs } from './programs.js';
import { median } from './report.js';
import { serviceText } from './service-text.js';
import { inTurns } from './xinetd-pair.js';

const usage = `usage: npm run bench:held -- [OPTION]...

  --held N          connections that stay (default 1000)
  --services N      idle services besides (default 0)
  --first-port P    where these listen (default 20000)
  --rounds N        measure each rival N times, in turns (default 5)
  --seconds S       each time for S seconds (default 1)
  --help            this text`;

/** Clients that connect at the same time: fewer than xinetd lets wait. */
const together = 50;

/** @typedef {{ held: number, services: number, firstPort: number, seconds: number }} Size */
/** @typedef {{ perSecond: number, own: number }} Rate connections a second, and microseconds of the daemon for each */
/** @typedef {{ before: Rate, during: Rate, served: number, memory: number }} Figures */

const program = programs().find(({ name }) => name === 'static');

/** @param {Size} size @param {{ stays: number, passes: number }} ports */
function configuration({ services, firstPort }, ports) {
  const idle = Array.from({ length: services }, (_, i) => serviceText(`idle${i}`, firstPort + i, ['/bin/cat']));
  const defaults = 'defaults\n{\n\tinstances = UNLIMITED\n\tper_source = UNLIMITED\n\tcps = 0 0\n}\n';
  const own = [
    serviceText('stays', ports.stays, ['/bin/cat']),
    serviceText('passes', ports.passes, program?.argv ?? []),
  ];
  return [defaults, ...own, ...idle].join('');
}

/** A client that has been answered. @param {number} port */
async function held(port) {
  const socket = connect(port, '127.0.0.1');
  socket.write('x');
  await once(socket, 'data');
  return socket;
}

/** @param {number} port @param {number} count */
async function hold(port, count) {
  /** @type {import('node:net').Socket[]} */
  const sockets = [];
  while (sockets.length < count) {
    const more = Math.min(together, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => held(port)))));
  }
  return sockets;
}

/**
 * One client at a time.
 *
 * @param {number} pid @param {number} port @param {number} seconds @returns {Promise<Rate>}
 */
async function rate(pid, port, seconds) {
  if (program === undefined) throw new Error('there is no program to serve');
  const from = ownSeconds(pid);
  const { perSecond, failures, firstFailure } = await load(port, program, ['-c', '1', '-s', `${seconds}`]);
  if (failures > 0) throw new Error(firstFailure);
  return { perSecond, own: ((ownSeconds(pid) - from) * 1e6) / (perSecond * seconds) };
}

/**
 * @param {Size} size
 * @param {{ stays: number, passes: number }} ports
 * @returns {(one: import('./xinetd-pair.js').One, began: number) => Promise<Figures>}
 */
function measure(size, ports) {
  return async ({ pid, says }, began) => {
    await says(/Started working/, began);
    const before = await rate(pid, ports.passes, size.seconds);
    const empty = privateMemory(pid);
    const from = performance.now();
    const sockets = await hold(ports.stays, size.held);
    const served = performance.now() - from;
    const memory = (privateMemory(pid) - empty) / size.held;
    const during = await rate(pid, ports.passes, size.seconds);
    for (const socket of sockets) socket.destroy();
    return { before, during, served, memory };
  };
}

const { values } = parseArgs({
  options: {
    held: { type: 'string', default: '1000' },
    services: { type: 'string', default: '0' },
    'first-port': { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

async function main() {
  compile();
  const size = {
    held: Number(values.held),
    services: Number(values.services),
    firstPort: Number(values['first-port']),
    seconds: Number(values.seconds),
  };
  const ports = { stays: await freePort(), passes: await freePort() };
  const results = await inTurns(Number(values.rounds), () => configuration(size, ports), measure(size, ports));
  console.log(`${size.held} held connections, ${size.services} idle services, medians of ${values.rounds} rounds\n`);
  console.log(
    'daemon    conns/s before  while held  ratio  own µs before  while held  ms to serve all  private kB each',
  );
  for (const [name, figures] of results) {
    const middle = (/** @type {(one: Figures) => number} */ part, digits = 0) =>
      median(figures.map(part)).toFixed(digits);
    console.log(
      [
        name.padEnd(10),
        middle((one) => one.before.perSecond).padStart(14),
        middle((one) => one.during.perSecond).padStart(12),
        middle((one) => one.during.perSecond / one.before.perSecond, 2).padStart(7),
        middle((one) => one.before.own).padStart(15),
        middle((one) => one.during.own).padStart(12),
        middle((one) => one.served).padStart(17),
        middle((one) => one.memory, 1).padStart(17),
      ].join(''),
    );
  }
}

if (values.help) console.log(usage);
else await main();
