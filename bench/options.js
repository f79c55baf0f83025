/**
 * The command line of the bench, as a value. Wrong words end in an error that names them.
 */
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Options
 * @property {number} rounds how often each rival is measured
 * @property {number} seconds how long each measurement lasts
 * @property {number} warmUp seconds for which each serves eight clients at a time, and one, before it is measured
 * @property {string | undefined} only one program of the bench, by its name
 * @property {string[] | undefined} rivals which rivals take part
 * @property {string | undefined} json where the figures are written
 * @property {boolean} help
 */

export const usage = `usage: npm run bench -- [OPTION]...

  --rounds N        measure each rival N times, in turns (default 5)
  --seconds S       each time for S seconds (default 1)
  --warm-up S       before that, let each serve 8 clients at a time for S seconds,
                    and one at a time as long (default 4)
  --only PROGRAM    static, dynamic, bare, cat, python3, perl, php or ruby
  --rivals A,B      kinetd, kinetd fork, own server, xinetd, openbsd-inetd, tcpserver, loop
  --json FILE       write the figures to FILE (default bench/results/TIME.json)
  --help            this text

The rivals are Debian's programs; test/oracle/fetch.sh gets them, or KINETD_ORACLES names their folder.`;

/**
 * @param {readonly string[]} words
 * @returns {Options}
 * @throws {Error} for an unknown option or a value that is no positive number
 */
export function parseOptions(words) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      'warm-up': { type: 'string', default: '4' },
      only: { type: 'string' },
      rivals: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: Math.ceil(positive('--rounds', values.rounds)),
    seconds: positive('--seconds', values.seconds),
    warmUp: values['warm-up'] === '0' ? 0 : positive('--warm-up', values['warm-up']),
    only: values.only,
    rivals: values.rivals?.split(','),
    json: values.json,
    help: values.help,
  };
}

/**
 * The members of `all` that were asked for by name; all of them when nothing was asked.
 * @template {{ name: string }} T
 * @param {string} option
 * @param {readonly T[]} all
 * @param {readonly string[] | undefined} names
 * @returns {readonly T[]}
 */
export function choose(option, all, names) {
  if (names === undefined) return all;
  const unknown = names.find((name) => all.every((one) => one.name !== name));
  if (unknown !== undefined) {
    throw new Error(`${option} ${unknown}: there is only ${all.map((one) => one.name).join(', ')}`);
  }
  return all.filter((one) => names.includes(one.name));
}

/**
 * @param {string} option
 * @param {string} text
 */
function positive(option, text) {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${option} ${text}: a number above 0 is needed`);
  return value;
}
