/**
 * A fork server that cannot be had, by a clock that a fixture moves: whenever nothing but time can go on, as far as the
 * next timer. A process of its own, since collecting exits takes every child.
 *
 * argv: the program's argv as JSON, how many times it is to wait, and a file that is written to then, if any, after which
 * clients come until it is started again. Prints `{ waits, troubles, served }`: for how many milliseconds it has waited
 * each time, what it has told, and whether it has ever taken a request.
 */
import { appendFileSync } from 'node:fs';

import { Forkserver, ForkserverProcesses, Servers } from '../../../../dist/launch/mod.js';
import * as os from '../../../../dist/os/mod.js';

const argv = JSON.parse(process.argv[2]);
const count = Number(process.argv[3]);
const changing = process.argv[4];
const [waits, troubles, timers] = [[], [], []];
let [now, served] = [0, false];

const processes = new ForkserverProcesses();
const servers = new Servers({ launched() {}, hurry() {} });
const exits = os.watchExits((facts) => {
  for (const one of processes.sort(facts).forkservers) processes.exited(one);
});
const plan = { variables: [], identity: undefined, umask: 0o22, nice: 0, resourceLimits: [], rootDirectory: undefined };
const forkserver = new Forkserver({
  launch: os.compileLaunch({
    ...plan,
    program: argv[0],
    argv,
    environment: [],
    workingDirectory: '/',
    noNewPrivileges: false,
  }),
  environment: [],
  files: [argv[0]],
  uid: process.getuid(),
  servers,
  processes,
  now: () => now,
  today: () => Date.now() + 60_000, // what has just been written has been left alone for a minute
  after(milliseconds, job) {
    const timer = { milliseconds, job };
    timers.push(timer);
    return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
  },
  errors: () => ({ descriptor: 2, started() {}, failed() {}, ended() {} }),
  observer: { onReady() {}, onTrouble: (reason) => troubles.push(reason) },
});

forkserver.begin();
while (waits.length < count) {
  await new Promise((resolve) => setImmediate(resolve));
  const loading = [...processes.pids].length > 0;
  if (timers.length === 0 || loading !== (forkserver.state === 'starting')) continue;
  served ||= forkserver.serve([0, 0, 0], [], () => {});
  const [{ milliseconds, job }] = timers.splice(0, 1);
  now += milliseconds;
  waits.push(milliseconds);
  job();
}
if (changing !== undefined) {
  while (forkserver.state !== 'resting') await new Promise((resolve) => setImmediate(resolve));
  forkserver.serve([0, 0, 0], [], () => {});
  if (forkserver.state !== 'resting') throw new Error('it was started again without a reason');
  appendFileSync(changing, '\n');
  forkserver.serve([0, 0, 0], [], () => {});
  if (forkserver.state !== 'starting') throw new Error('it was not started again');
  while (forkserver.state !== 'resting') await new Promise((resolve) => setImmediate(resolve));
  waits.push(timers[0].milliseconds);
}
forkserver.close();
await processes.empty();
exits.close();
console.log(JSON.stringify({ waits, troubles, served }));
