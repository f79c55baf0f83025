/**
 * kinetd and xinetd with one configuration, in turns. Both say in their daemon log what they have done, and these lines are
 * waited for.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { launch } from './daemon.js';
import { rivals } from './rivals.js';

const patience = 30_000;

/**
 * @typedef {object} One a daemon of the pair that has been started
 * @property {number} pid
 * @property {(line: RegExp, from: number) => Promise<number>} says milliseconds until its log has such a line, from that
 *   time of performance.now() on
 */

/**
 * Starts each of the two that is there once a round, with a configuration of its own, and ends it when it is measured.
 * @template Figures
 * @param {number} rounds
 * @param {() => string} configuration its text, for each start
 * @param {(one: One, began: number) => Promise<Figures>} measure
 * @returns {Promise<Map<string, Figures[]>>} by the name of the daemon
 */
export async function inTurns(rounds, configuration, measure) {
  const taking = rivals.filter(({ name, path }) => ['kinetd', 'xinetd'].includes(name) && existsSync(path));
  const scratch = mkdtempSync(`${tmpdir()}/kinetd-pair-`);
  /** @type {Map<string, Figures[]>} */
  const results = new Map(taking.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const rival of taking) {
        const folder = mkdtempSync(`${scratch}/${rival.name}-`);
        results.get(rival.name)?.push(await started(rival, folder, configuration(), measure));
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return results;
}

/**
 * @template Figures
 * @param {import('./rivals.js').Rival} rival
 * @param {string} folder
 * @param {string} text
 * @param {(one: One, began: number) => Promise<Figures>} measure
 */
async function started(rival, folder, text, measure) {
  const log = `${folder}/daemon.log`;
  const file = `${folder}/xinetd.conf`;
  writeFileSync(file, text);
  const command = rival.name === 'kinetd' ? [process.execPath, rival.path] : [rival.path];
  const began = performance.now();
  const daemon = launch([...command, '-dontfork', '-f', file, '-filelog', log, '-pidfile', `${folder}/pid`], folder);
  /** @param {RegExp} line @param {number} from */
  const says = async (line, from) => {
    for (;;) {
      const now = performance.now();
      const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
      if (line.test(said)) return now - from;
      if (daemon.ended() || now - from > patience) throw new Error(`no ${line} in the log:\n${said}${daemon.said()}`);
      await delay(0.5);
    }
  };
  try {
    return await measure({ pid: daemon.pid, says }, began);
  } finally {
    await daemon.stop();
  }
}
