/** What the portmapper is told, and when. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Registrar, type RpcState } from '../../../src/daemon/registrar.ts';

type Answer = 'done' | 'not done' | 'refused' | { readonly trouble: string };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A directory that behaves as rpcbind does, until it is told to answer otherwise. */
class Directory {
  readonly calls: string[] = [];
  readonly table = new Map<string, number>();
  readonly messages: string[] = [];
  answer: Answer | undefined;
  readonly registrar = new Registrar(
    {
      ask: async (procedure, { program, version, protocol, port }) => {
        this.calls.push(`${procedure} ${program} ${version} ${protocol} ${port}`);
        if (this.answer !== undefined) return this.answer;
        const prefix = `${program} ${version} `;
        if (procedure === 'unset') {
          const keys = [...this.table.keys()].filter((key) => key.startsWith(prefix));
          for (const key of keys) this.table.delete(key);
          return keys.length > 0 ? 'done' : 'not done';
        }
        const known = this.table.get(`${prefix}${protocol}`);
        if (known !== undefined && known !== port) return 'not done';
        this.table.set(`${prefix}${protocol}`, port);
        return 'done';
      },
    },
    { write: (_, message) => void this.messages.push(message), reopen() {} },
  );

  get entries(): readonly string[] {
    return [...this.table].map(([key, port]) => `${key} ${port}`).sort();
  }

  async update(services: readonly RpcState[], anew = false): Promise<void> {
    this.registrar.update(services, anew);
    await vi.advanceTimersByTimeAsync(0);
  }
}

const udp = { name: 'udp', number: 17 };
const tcp = { name: 'tcp', number: 6 };

function rpc(port: number | undefined, lowest = 1, highest = lowest, protocol = udp, number = 100_001): RpcState {
  const local = port === undefined ? undefined : { address: '::', port };
  return { service: { id: 's', protocol, rpc: { number, lowest, highest } }, listeners: [{ local }] };
}

test('each version of each protocol is registered, and taken away at the end', async () => {
  const directory = new Directory();
  await directory.update([rpc(40, 2, 4), rpc(41, 3, 3, tcp)]);
  expect(directory.entries).toEqual(['100001 2 17 40', '100001 3 17 40', '100001 3 6 41', '100001 4 17 40']);
  await directory.registrar.end();
  expect(directory.entries).toEqual([]);
  expect(directory.messages).toEqual([]);
});

test('what does not change is not told again, except on a reload', async () => {
  const directory = new Directory();
  await directory.update([rpc(40)]);
  await directory.update([rpc(40)]);
  expect(directory.calls).toEqual(['set 100001 1 17 40']);
  directory.table.clear();
  await directory.update([rpc(40)], true);
  expect(directory.entries).toEqual(['100001 1 17 40']);
});

test('a version that goes is taken away, and its other protocol stays', async () => {
  const directory = new Directory();
  await directory.update([rpc(40, 1, 2), rpc(41, 1, 1, tcp)]);
  await directory.update([rpc(41, 1, 1, tcp)]);
  expect(directory.entries).toEqual(['100001 1 6 41']);
});

test('another port replaces the one of before, also that of somebody else', async () => {
  const directory = new Directory();
  directory.table.set('100001 1 17', 99);
  await directory.update([rpc(40)]);
  expect(directory.entries).toEqual(['100001 1 17 40']);
  await directory.update([rpc(50)]);
  expect(directory.entries).toEqual(['100001 1 17 50']);
});

test('services without a port and services that are no RPC services are not registered', async () => {
  const directory = new Directory();
  await directory.update([rpc(undefined), { ...rpc(40), service: { id: 't', protocol: udp, rpc: undefined } }]);
  expect(directory.calls).toEqual([]);
});

test('a portmapper that is away is asked again and again, with one line in the log, and one when it is there', async () => {
  const directory = new Directory();
  directory.answer = { trouble: 'Connection refused' };
  await directory.update([rpc(40, 1, 3)]);
  expect(directory.calls).toHaveLength(1);
  for (const seconds of [1, 2, 4]) await vi.advanceTimersByTimeAsync(seconds * 1000);
  expect(directory.calls).toHaveLength(4);
  expect(directory.messages).toEqual([
    'pmap_set failed. service=s program=100001 version=1 (Connection refused); it is tried again until the portmapper takes it',
  ]);
  directory.answer = undefined;
  await vi.advanceTimersByTimeAsync(8000);
  expect(directory.entries).toHaveLength(3);
  expect(directory.messages[1]).toBe('all RPC services are registered with the portmapper now');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(directory.calls).toHaveLength(7);
});

test('one that refuses a version is asked for the others, and for that one again', async () => {
  const directory = new Directory();
  directory.answer = 'not done';
  await directory.update([rpc(40, 1, 2)]);
  expect(new Set(directory.calls)).toEqual(
    new Set(['set 100001 1 17 40', 'unset 100001 1 0 0', 'set 100001 2 17 40', 'unset 100001 2 0 0']),
  );
  expect(directory.messages).toHaveLength(1);
  directory.answer = undefined;
  await vi.advanceTimersByTimeAsync(1000);
  expect(directory.entries).toEqual(['100001 1 17 40', '100001 2 17 40']);
});

test('the end does not wait for a portmapper that is away, nor ask it twice', async () => {
  const directory = new Directory();
  await directory.update([rpc(40, 1, 5)]);
  directory.answer = { trouble: 'no answer' };
  const before = directory.calls.length;
  await directory.registrar.end();
  expect(directory.calls.length).toBe(before + 1);
  await directory.update([rpc(40)]);
  expect(directory.calls.length).toBe(before + 1);
});
