/**
 * npm run bench:prefixes: an access list of a hundred thousand blocks: how long it takes to load, and to judge a client,
 * its address read from text as it comes from the kernel.
 */
import { AccessList } from '../dist/access/mod.js';

const blocks = 100_000;

/** @param {number} index @param {string} host */
function address4(index, host) {
  return `${10 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.${host}`;
}

/** @param {number} index @param {string} host */
function address6(index, host) {
  return `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}00::${host}`;
}

for (const { family, address, prefixes } of [
  { family: 'inet', address: address4, prefixes: [24, 25, 28, 32] },
  { family: 'inet6', address: address6, prefixes: [56, 60, 64, 128] },
]) {
  const networks = Array.from({ length: blocks }, (_, index) => ({
    family,
    address: address(index, '0'),
    prefix: prefixes[index % prefixes.length],
    text: '',
  }));
  const start = performance.now();
  const list = new AccessList({ onlyFrom: networks, noAccess: [], names: undefined }, false);
  const load = performance.now() - start;
  const clients = Array.from({ length: blocks }, (_, index) => address(index, '7'));
  const rounds = Array.from({ length: 5 }, () => {
    const from = performance.now();
    for (const client of clients) list.judge(client, () => undefined);
    return ((performance.now() - from) * 1e6) / clients.length;
  });
  const judge = Math.min(...rounds);
  console.log(
    `${family}: ${blocks} blocks load in ${load.toFixed(0)} ms, a client is judged in ${judge.toFixed(0)} ns`,
  );
}
