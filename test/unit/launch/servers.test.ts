import { expect, test } from 'vitest';

import { type Server, Servers } from '../../../src/launch/mod.ts';
import type { ExitFacts } from '../../../src/model/mod.ts';

const facts = (pid: number): ExitFacts => ({
  pid,
  ending: { kind: 'status', status: 0 },
  cpuSeconds: 0,
  peakMemory: 0,
  peakMemoryIsBound: false,
});

function table(): {
  servers: Servers;
  hurried: boolean[];
  ended: number[];
  server: (pid: number, awaited?: boolean) => Server;
} {
  const hurried: boolean[] = [];
  const ended: number[] = [];
  const server = (pid: number, awaited = false): Server => ({
    pid,
    peer: undefined,
    owner: hurried,
    awaited,
    startedAt: 0,
    onExit: (_, exit) => ended.push(exit.pid),
  });
  return {
    servers: new Servers({ hurry: (hurry) => hurried.push(hurry), launched() {}, started() {} }),
    hurried,
    ended,
    server,
  };
}

test('an exit goes to whoever started the server, once, and unknown children are named', () => {
  const { servers, ended, server } = table();
  servers.add(server(10));
  expect(servers.reap([facts(10), facts(11)])).toEqual([11]);
  expect(servers.reap([facts(10)])).toEqual([10]);
  expect(ended).toEqual([10]);
});

test('a server that ends before its launch is told of is not lost', () => {
  const { servers, ended, server } = table();
  servers.expect();
  expect(servers.count).toBe(1);
  expect(servers.reap([facts(20)])).toEqual([]);
  expect(ended).toEqual([]);
  servers.settle(server(20));
  expect(ended).toEqual([20]);
  expect(servers.count).toBe(0);
});

test('the exit of a child whose launch failed means nothing, also to a later server of the same pid', () => {
  const { servers, ended, server } = table();
  servers.expect();
  servers.reap([facts(30)]);
  servers.fail(30);
  servers.add(server(30));
  expect(ended).toEqual([]);
  expect(servers.count).toBe(1);
});

test('it is empty when no server is left and no launch under way', async () => {
  const { servers, server } = table();
  servers.expect();
  let empty = false;
  const waiting = servers.empty().then(() => {
    empty = true;
  });
  servers.settle(server(40));
  await Promise.resolve();
  expect(empty).toBe(false);
  servers.reap([facts(40)]);
  await waiting;
  expect(empty).toBe(true);
});

test('exits are wanted at once while somebody waits for one', () => {
  const { servers, hurried, server } = table();
  servers.add(server(50));
  servers.add(server(51, true));
  servers.add(server(52, true));
  servers.reap([facts(51)]);
  servers.reap([facts(50)]);
  expect(hurried).toEqual([false, true]);
  servers.reap([facts(52)]);
  expect(hurried).toEqual([false, true, false]);
});

test('an orphan that ends while a launch is under way is named afterwards, and is no later server of its pid', () => {
  const { servers, ended, server } = table();
  servers.expect();
  expect(servers.reap([facts(70)])).toEqual([]);
  servers.settle(server(71));
  servers.add(server(70));
  expect(ended).toEqual([]);
  expect(servers.reap([facts(71)])).toEqual([70]);
  expect(ended).toEqual([71]);
  expect(servers.count).toBe(1);
});
