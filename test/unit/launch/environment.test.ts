import { expect, test } from 'vitest';

import { connectionEnvironment } from '../../../src/launch/environment.ts';
import { type ConnectionVariable, connectionVariables } from '../../../src/model/mod.ts';

const ends = { peer: { address: '192.0.2.7', port: 50000 }, local: { address: '192.0.2.1', port: 79 } };

function environment(protocol: string, variables: readonly ConnectionVariable[] = connectionVariables) {
  return connectionEnvironment({ name: protocol, number: 6 }, { variables });
}

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

test('a variable that the service sets itself is left out', () => {
  expect(environment('tcp', ['REMOTE_HOST'])(ends)).toEqual(['REMOTE_HOST=192.0.2.7']);
});
