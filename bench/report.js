/**
 * From measurements to tables. Figures are medians over the rounds. A ratio is the median of the ratios within each
 * round, where the two rivals ran within seconds of each other: what else the machine does then weighs on both.
 */

/** @typedef {import('./daemon.js').Figures} Figures */

/**
 * @typedef {object} Sample
 * @property {string} program
 * @property {number} atOnce
 * @property {string} rival
 * @property {number} round
 * @property {Figures} figures
 */

/** @typedef {{ program: string, atOnce: number, measure: 'perSecond' | 'p50', against: string, rival?: string, least?: number, most?: number }} Held */

/** What kinetd has to hold on a quiet machine. @type {readonly Held[]} */
export const held = [
  ...[1, 8, 32].map(
    (atOnce) =>
      /** @type {Held} */ ({
        program: 'static',
        atOnce,
        measure: 'perSecond',
        against: 'loop',
        least: 0.95,
      }),
  ),
  { program: 'static', atOnce: 8, measure: 'perSecond', against: 'xinetd', least: 1.35 },
  { program: 'static', atOnce: 1, measure: 'p50', against: 'xinetd', most: 0.7 },
  ...Object.entries({ dynamic: 3.5, python3: 8, php: 6, perl: 5 }).flatMap(
    ([program, least]) =>
      /** @type {Held[]} */ ([
        { rival: 'kinetd fork', program, atOnce: 8, measure: 'perSecond', against: 'xinetd', least },
        { rival: 'kinetd fork', program, atOnce: 1, measure: 'p50', against: 'xinetd', most: 0.5 },
      ]),
  ),
];

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {readonly Sample[]} samples
 * @param {{ program: string, atOnce: number, rival: string, measure: 'perSecond' | 'p50' | 'p90' | 'p99' }} which
 */
export function figure(samples, which) {
  return median(select(samples, which).map((sample) => sample.figures[which.measure]));
}

/**
 * @param {readonly Sample[]} samples
 * @param {{ program: string, atOnce: number, rival: string, measure: 'perSecond' | 'p50', against: string }} which
 * @returns {number} NaN when one of the two was not measured
 */
export function ratio(samples, which) {
  const others = select(samples, { ...which, rival: which.against });
  return median(
    select(samples, which).flatMap((sample) => {
      const other = others.find((one) => one.round === sample.round);
      return other === undefined ? [] : [sample.figures[which.measure] / other.figures[which.measure]];
    }),
  );
}

/**
 * The table of one program.
 * @param {readonly Sample[]} samples
 * @param {{ name: string, title: string }} program
 */
export function table(samples, program) {
  const mine = samples.filter((sample) => sample.program === program.name);
  const lines = [
    program.title,
    row(['at once', 'daemon', 'conns/s', 'p50 ms', 'p90 ms', 'p99 ms', 'cpu µs', '× loop', '× xinetd', 'failures']),
  ];
  for (const atOnce of unique(mine.map((sample) => sample.atOnce))) {
    for (const rival of unique(mine.map((sample) => sample.rival))) {
      const which = { program: program.name, atOnce, rival, measure: /** @type {const} */ ('perSecond') };
      const failures = select(mine, which).reduce((sum, sample) => sum + sample.figures.failures, 0);
      lines.push(
        row([
          `${atOnce}`,
          rival,
          figure(mine, which).toFixed(0),
          .../** @type {const} */ (['p50', 'p90', 'p99']).map((measure) =>
            figure(mine, { ...which, measure }).toFixed(2),
          ),
          median(select(mine, which).map(({ figures }) => figures.processor ?? Number.NaN)).toFixed(0),
          times(ratio(mine, { ...which, against: 'loop' })),
          times(ratio(mine, { ...which, against: 'xinetd' })),
          failures === 0 ? '' : `${failures}`,
        ]),
      );
    }
  }
  return lines.join('\n');
}

/**
 * A line for each number to hold that was measured.
 * @param {readonly Sample[]} samples
 */
export function verdicts(samples) {
  return held.flatMap((one) => {
    const { rival = 'kinetd' } = one;
    const value = ratio(samples, { ...one, rival });
    if (Number.isNaN(value)) return [];
    const ok = one.least === undefined ? value <= (one.most ?? 0) : value >= one.least;
    const bound = one.least === undefined ? `at most ${one.most}` : `at least ${one.least}`;
    const measure = one.measure === 'p50' ? 'p50' : 'conns/s';
    const words = `${one.program} program, ${one.atOnce} at once, ${measure} of ${rival} / ${one.against}`;
    // Where starting the program costs much more than the daemon does, not even the bare loop gets far ahead of
    // xinetd, and where a fork costs much, no fork server can. Say how far these get.
    const bare = one.rival === undefined ? 'loop' : 'own server';
    const reached = one.against === bare ? Number.NaN : ratio(samples, { ...one, rival: bare });
    const name = one.rival === undefined ? 'the C loop itself' : 'a server of its own that forks';
    const limit = Number.isNaN(reached) ? '' : `; ${name}: ${reached.toFixed(2)}`;
    return [`${ok ? 'held    ' : 'NOT HELD'}  ${words}: ${value.toFixed(2)} (${bound}${limit})`];
  });
}

/** @param {readonly Sample[]} samples @param {{ program: string, atOnce: number, rival: string }} which */
function select(samples, { program, atOnce, rival }) {
  return samples.filter((one) => one.program === program && one.atOnce === atOnce && one.rival === rival);
}

/** @template T @param {readonly T[]} values */
function unique(values) {
  return [...new Set(values)];
}

/** @param {number} value */
function times(value) {
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

/** @param {readonly string[]} cells */
function row(cells) {
  return cells
    .map((cell, i) => (i === 1 ? cell.padEnd(14) : cell.padStart(i === 0 ? 8 : 9)))
    .join(' ')
    .trimEnd();
}
