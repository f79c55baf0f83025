import { expect, test } from 'vitest';

import { connectionEnvironment, namesNeeded } from '../../../src/launch/environment.ts';
import { type ConnectionVariable, nameVariables, ucspiVariables, usualVariables } from '../../../src/model/mod.ts';

const ends = { peer: { address: '192.0.2.7', port: 50000 }, local: { address: '192.0.2.1', port: 79 } };

const identity = { uid: 1001, gid: 1002, groups: undefined };

function environment(protocol: string, variables: readonly ConnectionVariable[] = usualVariables) {
  return connectionEnvironment({ name: protocol, number: 6 }, { variables, identity });
}

const all = [...usualVariables, ...nameVariables, ...ucspiVariables];

test('a TCP server is told both ends, in the words of xinetd, of systemd and of UCSPI', () => {
  expect(environment('tcp')(ends).sort()).toEqual([
    'LOCAL_HOST=192.0.2.1',
    'LOCAL_PORT=79',
    'PROTO=TCP',
    'REMOTE_ADDR=192.0.2.7',
    'REMOTE_HOST=192.0.2.7',
    'REMOTE_PORT=50000',
    'TCPLOCALIP=192.0.2.1',
    'TCPLOCALPORT=79',
    'TCPREMOTEIP=192.0.2.7',
    'TCPREMOTEPORT=50000',
  ]);
});

test('a server of a Unix socket is told who connected, and no address', () => {
  const peer = { address: 'unix:uid=1000', port: 0, credentials: { pid: 42, uid: 1000, gid: 100 } };
  expect(environment('unix')({ peer, local: { address: '/run/s', port: 0 } }).sort()).toEqual([
    'PROTO=UNIX',
    'REMOTE_HOST=unix:uid=1000',
    'UNIXLOCALPATH=/run/s',
    'UNIXREMOTEEGID=100',
    'UNIXREMOTEEUID=1000',
    'UNIXREMOTEPID=42',
  ]);
});

test('a UDP server has the prefix UDP, and nothing about an unknown local end', () => {
  expect(environment('udp')({ peer: ends.peer, local: undefined }).sort()).toEqual([
    'PROTO=UDP',
    'REMOTE_ADDR=192.0.2.7',
    'REMOTE_HOST=192.0.2.7',
    'REMOTE_PORT=50000',
    'UDPREMOTEIP=192.0.2.7',
    'UDPREMOTEPORT=50000',
  ]);
});

test('an unknown client has xinetd words for its address, and neither a number nor a port', () => {
  const strings = environment('tcp')({ peer: undefined, local: ends.local });
  expect(strings).toContain('REMOTE_HOST=<no address>');
  expect(strings.some((string) => /REMOTE(IP|_ADDR|_?PORT)=/.test(string))).toBe(false);
});

test('the whole environment of UCSPI over TCP: names, the user, and how many servers the client has', () => {
  const names = { remote: 'cat.example.org', local: 'www.example.org', user: 'joe' };
  const strings = environment('tcp', all)({ ...ends, names, ofSource: 3 });
  expect(strings.filter((string) => /HOST|INFO|CON[NC]/.test(string) && string.startsWith('TCP')).sort()).toEqual([
    'TCPCONCURRENCY=3',
    'TCPCONNNUM=3',
    'TCPLOCALHOST=www.example.org',
    'TCPREMOTEHOST=cat.example.org',
    'TCPREMOTEINFO=joe',
  ]);
  expect(strings.filter((string) => /^(UNIX|IPC|UDP)/.test(string))).toEqual([]);
});

test('names that are not known, and counts that are not counted, are left out', () => {
  const strings = environment('tcp', all)({ ...ends, names: {} });
  expect(strings.filter((string) => /^TCP.*(HOST|INFO|CON[NC])/.test(string))).toEqual([]);
});

test('the whole environment of UCSPI over a Unix socket has the names of ucspi-unix and of s6', () => {
  const peer = { address: 'unix:uid=1000', port: 0, credentials: { pid: 42, uid: 1000, gid: 100 }, path: '' };
  const strings = environment('unix', all)({ peer, local: { address: '/run/s', port: 0 }, ofSource: 1 });
  // Where the child looks for it.
  expect(strings.at(-1)).toBe('UNIXLOCALPID=');
  expect(strings.filter((string) => /^(UNIX|IPC)/.test(string)).sort()).toEqual([
    'IPCCONNNUM=1',
    'IPCLOCALPATH=/run/s',
    'IPCREMOTEEGID=100',
    'IPCREMOTEEUID=1000',
    'IPCREMOTEPATH=',
    'UNIXCONNNUM=1',
    'UNIXLOCALGID=1002',
    'UNIXLOCALPATH=/run/s',
    'UNIXLOCALPID=',
    'UNIXLOCALUID=1001',
    'UNIXREMOTEEGID=100',
    'UNIXREMOTEEUID=1000',
    'UNIXREMOTEPID=42',
  ]);
  const bound = environment('unix', all)({ peer: { ...peer, path: '/run/c' }, local: { address: '/run/s', port: 0 } });
  expect(bound).toEqual(expect.arrayContaining(['IPCREMOTEPATH=/run/c']));
});

test('names are needed where a variable tells them: not over UDP and Unix sockets, nor where env has its own', () => {
  const needed = (name: string, variables: readonly ConnectionVariable[]) =>
    namesNeeded({ name, number: 6 }, { variables });
  expect(needed('tcp', all)).toEqual({ remote: true, local: true });
  expect(needed('tcp', usualVariables)).toEqual({ remote: false, local: false });
  expect(needed('tcp', ['TCPLOCALHOST'])).toEqual({ remote: false, local: true });
  expect(needed('udp', all)).toEqual({ remote: false, local: false });
  expect(needed('unix', all)).toEqual({ remote: false, local: false });
});

test('a variable that the service sets itself is left out', () => {
  expect(environment('tcp', ['REMOTE_HOST'])(ends)).toEqual(['REMOTE_HOST=192.0.2.7']);
});
