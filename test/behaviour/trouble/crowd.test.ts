/**
 * Five thousand connections at once over `instances`: each is answered or refused, the daemon's memory stays where it
 * was, and afterwards it serves as before.
 */
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';

import { expect, onTestFinished, test, vi } from 'vitest';

import { type Address, talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { children, descriptors, statusField } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';

const crowd = 5000;
const instances = 5;
/** Kilobytes that a daemon may need for a crowd: its lines for a log, and the garbage of so many small objects. */
const allowance = 100_000;

/** This process has a descriptor for each of them. */
const enoughDescriptors = Number(spawnSync('/bin/sh', ['-c', 'ulimit -Hn']).stdout.toString()) > crowd + 1000;

/** There are thousands of them. */
const server = (): string => compiledIn('test/behaviour/trouble', 'echo', '-static');

// Five thousand servers take their time on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

interface Fates {
  readonly answered: number;
  readonly refused: number;
}

/** Each says something and waits until it is answered, or sees the end; one that is answered leaves. */
async function sendCrowd({ host, port }: Address): Promise<Fates> {
  const answers = await Promise.all(
    Array.from(
      { length: crowd },
      () =>
        new Promise<boolean>((resolve) => {
          const socket = connect({ host, port });
          onTestFinished(() => void socket.destroy());
          const end = (answered: boolean): void => {
            socket.destroy();
            resolve(answered);
          };
          socket.on('connect', () => socket.write('x'));
          socket.on('data', () => end(true));
          socket.on('error', () => end(false));
          socket.on('close', () => end(false));
        }),
    ),
  );
  const answered = answers.filter(Boolean).length;
  return { answered, refused: crowd - answered };
}

function count(daemon: Kinetd, pattern: RegExp): number {
  return daemon.errors.match(pattern)?.length ?? 0;
}

function memory(daemon: Kinetd): number {
  return Number(statusField(daemon.pid, 'VmRSS')?.split(' ')[0]);
}

function refused(daemon: Kinetd): number {
  const counted = [...daemon.errors.matchAll(/^LOST: echo service_limit lines=(\d+)$/gm)];
  const lines = count(daemon, /^FAIL: echo service_limit from=127\.0\.0\.1$/gm);
  return counted.reduce((sum, [, clients]) => sum + Number(clients), lines);
}

async function survives(attributes: Readonly<Record<string, string>>): Promise<Fates> {
  const echo = service('echo', { server: server(), cps: '0 0', instances, ...attributes });
  const daemon = await startKinetd({ files: { 'x.conf': echo } });
  const address = await daemon.address('echo');
  expect((await talk(address, { send: 'before' })).text).toBe('before');
  await until(() => count(daemon, /^EXIT: /gm) === 1 || undefined);
  const held = descriptors(daemon.pid).size;
  const before = memory(daemon);
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, children(daemon.pid).length);
  }, 100);
  const fates = await sendCrowd(address);
  clearInterval(looking);
  await until(() => count(daemon, /^EXIT: /gm) === fates.answered + 1 || undefined);
  // A thousand of them have a line each, and the others are counted.
  await until(() => refused(daemon) === fates.refused || undefined);
  expect(count(daemon, /^START: /gm)).toBe(fates.answered + 1);
  expect(most).toBeLessThanOrEqual(instances);
  expect(memory(daemon) - before).toBeLessThan(allowance);
  await until(() => descriptors(daemon.pid).size === held || undefined);
  expect((await talk(address, { send: 'after' })).text).toBe('after');
  return fates;
}

test.runIf(enoughDescriptors)(
  'without a queue those who find no place are refused, and nobody waits for TCP',
  async () => {
    const { answered } = await survives({});
    expect(answered).toBeGreaterThanOrEqual(instances);
  },
);

test.runIf(enoughDescriptors)('with a queue those who find no place in it are refused', async () => {
  const { answered } = await survives({ queue: '100 600' });
  expect(answered).toBeGreaterThanOrEqual(instances + 100);
});

test.runIf(enoughDescriptors)('with a queue for all of them all are served', async () => {
  const { refused } = await survives({ queue: `${crowd} 600` });
  expect(refused).toBe(0);
});
