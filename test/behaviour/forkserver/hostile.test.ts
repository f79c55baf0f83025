/** A fork server is a stranger: whatever it says, its clients are served, and the daemon stays as it is. */
import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { service } from '../../daemon/kinetd.ts';
import { descriptors, gone, statusField } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';
import { burst, forked, ready, run } from './started.ts';

const hostile = (): string => compiledIn('test/behaviour/forkserver', 'hostile');

/** What it does, and what the log says about it. */
const atOnce: Readonly<Record<string, string>> = {
  garbage: 'it said what no fork server says',
  long: 'it said what no fork server says',
  empty: 'it died of signal 9',
  forger: String.raw`no\\x0aSTART: forged`,
  flood: 'it named too many files',
  twice: 'it said what no fork server says',
  closes: 'it died of signal 9',
  unasked: 'it named a server that it has not forked',
  failing: 'it answered what it was not asked',
};
const whenAsked: Readonly<Record<string, string>> = {
  itself: 'it named a server that it has not forked',
  grandchild: 'it named a server that it has not forked',
  silent: 'it did not answer',
  breaks: 'it died of signal 9',
  dies: 'it died of signal 9',
  stillborn: 'it did not answer',
  gifts: 'it did not answer',
};

function services(modes: readonly string[]): string {
  return modes.map((mode) => service(mode, { ...forked, server: hostile(), server_args: mode })).join('');
}

test('one that says what is not true is killed, the log says why, and its clients are served by execution', async () => {
  const modes = Object.keys(atOnce);
  const daemon = await run(services(modes));
  for (const [mode, reason] of Object.entries(atOnce)) {
    await daemon.says(new RegExp(`service ${mode}: no fork server: ${reason}; the program is executed`));
    expect(await burst(daemon, 2, mode)).toEqual(['executed\n', 'executed\n']);
  }
  expect(daemon.errors).not.toMatch(/^START: forged/m);
  expect(await daemon.stop()).toBe(0);
});

test('one that answers falsely or not at all is killed, and those who have asked are served by execution', async () => {
  const daemon = await run(services(Object.keys(whenAsked)));
  const before = descriptors(daemon.pid).size;
  const serve = async ([mode, reason]: [string, string]): Promise<void> => {
    const pid = await ready(daemon, mode);
    expect(await burst(daemon, 3, mode)).toEqual(Array(3).fill('executed\n'));
    await daemon.says(new RegExp(`service ${mode}: no fork server: ${reason}; the program is executed`));
    await until(() => gone(pid) || undefined);
  };
  await Promise.all(Object.entries(whenAsked).map(serve));
  // A thousand times three descriptors came along; fork servers that are started again have a socket and a pipe each.
  expect(descriptors(daemon.pid).size).toBeLessThan(before + 20);
  expect(Number(statusField(daemon.pid, 'VmRSS')?.split(' ')[0])).toBeLessThan(200_000);
});

test('a server that leads no group and does not end when it is told to is killed when its time is up', async () => {
  const limits = { timeout: '1 1' };
  const daemon = await run(service('clings', { ...forked, ...limits, server: hostile(), server_args: 'clings' }));
  await ready(daemon, 'clings');
  expect((await talk(await daemon.address('clings'))).text).toBe('clings\n');
});
