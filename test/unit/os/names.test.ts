/** Look-ups against getent(1), which asks the same name service. */
import { spawnSync } from 'node:child_process';
import { expect, type TestContext, test } from 'vitest';

import {
  groupById,
  groupByName,
  groupList,
  networkByName,
  protocolByName,
  protocolByNumber,
  rpcByName,
  serviceByName,
  serviceByPort,
  userById,
  userByName,
} from '../../../src/os/mod.ts';

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return stdout;
}

const entries = (database: string): readonly string[] => run('getent', database).trim().split('\n');

test('users by name and by id are those of getent', () => {
  for (const line of entries('passwd').slice(0, 30)) {
    const [name = '', , uid, gid, , home, shell] = line.split(':');
    const user = { name, uid: Number(uid), gid: Number(gid), home, shell };
    expect(userByName(name)).toEqual(user);
    expect(userById(Number(uid))?.uid).toBe(Number(uid));
  }
});

test('groups by name and by id are those of getent', () => {
  for (const line of entries('group').slice(0, 30)) {
    const [name = '', , gid] = line.split(':');
    expect(groupByName(name)).toEqual({ name, gid: Number(gid) });
    expect(groupById(Number(gid))?.gid).toBe(Number(gid));
  }
});

test('the group list of a user is the one of id(1), with the given group in it', () => {
  const expected = run('id', '-G', 'root').trim().split(' ').map(Number);
  expect(groupList('root', expected[0] ?? 0).toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
  expect(groupList('no-such-user', 4711)).toEqual([4711]);
});

/** A small machine may lack the files of Debian's netbase. */
function needs(context: TestContext, database: string): void {
  context.skip(spawnSync('getent', [database]).stdout.length === 0, `needs ${database}(5): package netbase`);
}

test('protocols by name, alias and number', (context) => {
  needs(context, 'protocols');
  expect(protocolByName('tcp')).toEqual({ name: 'tcp', number: 6 });
  expect(protocolByName('UDP')).toEqual({ name: 'udp', number: 17 });
  expect(protocolByNumber(17)).toEqual({ name: 'udp', number: 17 });
});

test('services by name, alias, port and protocol are those of getent', (context) => {
  needs(context, 'services');
  expect(serviceByName('ftp', 'tcp')).toEqual({ name: 'ftp', port: 21 });
  expect(serviceByPort(21, undefined)).toEqual({ name: 'ftp', port: 21 });
  for (const line of entries('services').slice(0, 50)) {
    const [name = '', where = ''] = line.split(/\s+/);
    const [port, protocol] = where.split('/');
    expect(serviceByName(name, protocol)?.port).toBe(Number(port));
  }
});

test('a service of one protocol is unknown for another', (context) => {
  needs(context, 'services');
  expect(serviceByName('tftp', 'udp')).toEqual({ name: 'tftp', port: 69 });
  expect(serviceByName('tftp', 'tcp')).toBeUndefined();
});

test('rpc programs by name and alias', (context) => {
  needs(context, 'rpc');
  const [line = ''] = entries('rpc').filter((entry) => entry.startsWith('portmapper'));
  expect(rpcByName('portmapper')).toEqual({ name: 'portmapper', number: Number(line.split(/\s+/)[1]) });
  expect(rpcByName('sunrpc')?.number).toBe(100000);
});

test('networks by name', (context) => {
  needs(context, 'networks');
  const [line = ''] = entries('networks').filter((entry) => entry.startsWith('loopback'));
  const [, address = ''] = line.split(/\s+/);
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  expect(networkByName('loopback')).toEqual({ name: 'loopback', address: number });
});

test('what no directory knows is undefined', () => {
  const unknown = 'no-such-name';
  const answers = [
    userByName(unknown),
    userByName(''),
    userById(3_999_999_999),
    groupByName(unknown),
    groupById(3_999_999_999),
    serviceByName(unknown, undefined),
    serviceByPort(65_535, 'tcp'),
    serviceByPort(65_536 + 21, 'tcp'),
    protocolByName(unknown),
    protocolByNumber(254),
    networkByName(unknown),
    rpcByName(unknown),
  ];
  expect(answers).toEqual(answers.map(() => undefined));
});
