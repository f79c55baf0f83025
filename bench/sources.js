/**
 * npm run bench:sources: what remembering clients costs: memory and time of two million sources, one after the other, each
 * over one rate for its address; the table holds a million of them and forgets the others.
 */
import { Rates, Sources } from '../dist/limit/mod.js';

const most = 2 ** 20;
const rate = { count: 1, periodSeconds: 3600, burst: 1 };
const sources = new Sources((words) => void crypto.getRandomValues(words), 0);
const rates = new Rates({ service: undefined, source: rate, network: undefined }, sources);

/** @param {number} index */
function address(index) {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}

for (let index = 0; index < 1000; index++) rates.refusal(`192.0.2.${index % 256}`, 0);
const before = process.memoryUsage().rss;
for (let round = 0; round < 2; round++) {
  const start = performance.now();
  for (let index = 0; index < most; index++) rates.refusal(address(round * most + index), round);
  const nanoseconds = ((performance.now() - start) * 1e6) / most;
  const megabytes = (process.memoryUsage().rss - before) / 1e6;
  console.log(
    `${(round + 1) * most} sources: ${sources.size} remembered, ${megabytes.toFixed(1)} MB more than before, ` +
      `${nanoseconds.toFixed(0)} ns for each`,
  );
}
