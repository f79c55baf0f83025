/** The environment of servers under xinetd: the daemon's, passenv, env, REMOTE_HOST; and what kinetd adds. */
import { expect } from 'vitest';

import { open, UdpClient } from '../daemon/client.ts';
import { defaults, entry } from './entry.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import { connectionVariables, type Findings, findings, without } from './probe.ts';
import type { Needs } from './programs.ts';
import { baseEnvironment } from './side.ts';

const needs: Needs = { personality: 'xinetd' };
const needs6: Needs = { ...needs, ipv6: true };

const server = { server: '@PROBE@' };
/** What kinetd adds to what xinetd gives. */
const added = connectionVariables.filter((name) => name !== 'REMOTE_HOST');

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  environment: { FRUIT: 'apple', VEGETABLE: 'leek', REMOTE_HOST: 'stale', TCPREMOTEIP: 'stale' },
  files: {
    'xinetd.conf': [
      defaults({ passenv: 'FRUIT PATH' }),
      entry('inherited', server),
      entry('own', { ...server, passenv: 'VEGETABLE' }),
      entry('more', { ...server, 'passenv+': 'VEGETABLE' }),
      entry('less', { ...server, 'passenv-': 'PATH' }),
      entry('none', { ...server, passenv: '' }),
      entry('unknown', { ...server, passenv: 'PATH NO_SUCH_VARIABLE' }),
      entry('strings', { ...server, passenv: '', env: 'A=1 B=2 C=x=y', 'env+': 'A=3 D=' }),
      entry('shadow', { ...server, env: 'FRUIT=pear' }),
      entry('liar', { ...server, passenv: '', env: 'REMOTE_HOST=evil' }),
      entry('datagram', { ...server, socket_type: 'dgram', passenv: '' }),
      entry('listener', { ...server, wait: 'yes', passenv: '' }),
      entry('six', { ...server, bind: '::1', passenv: '' }),
      entry('dual', { ...server, bind: undefined, passenv: '' }),
      entry('whole', { ...server, 'passenv+': 'HOME LANG TZ' }),
    ].join('\n'),
  },
}));

/** The environment of both, without what kinetd adds. */
async function environments(id: string, host?: string): Promise<{ debian: Findings; kinetd: Findings }> {
  return pair.both((side) => side.found(id, host));
}

async function alike(id: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const { debian, kinetd } = await environments(id);
  expect(debian.environment).toEqual({ ...expected, REMOTE_HOST: '127.0.0.1' });
  expect(without(kinetd.environment, added)).toEqual(debian.environment);
}

const path = baseEnvironment['PATH'] ?? '';

same(needs, 'passenv of defaults is inherited, replaced, added to and taken from', async () => {
  await alike('inherited', { FRUIT: 'apple', PATH: path });
  await alike('own', { VEGETABLE: 'leek' });
  await alike('more', { FRUIT: 'apple', PATH: path, VEGETABLE: 'leek' });
  await alike('less', { FRUIT: 'apple' });
});

same(needs, 'an empty passenv passes nothing on', () => alike('none', {}));

same(needs, 'a variable that the daemon does not have is skipped', async () => {
  await alike('unknown', { PATH: path });
  const { debian, kinetd } = await pair.both((side) => side.says(/WARNING: .*NO_SUCH_VARIABLE.* \[line=\d+\]/));
  expect(debian[0]).toContain('undefined environment variable: NO_SUCH_VARIABLE');
  expect(kinetd[0]).toContain('NO_SUCH_VARIABLE');
});

same(needs, 'env: the last value of a name counts, a value may be empty or have an equals sign', () =>
  alike('strings', { A: '3', B: '2', C: 'x=y', D: '' }),
);

same(needs, "env goes before the daemon's own variables", () => alike('shadow', { FRUIT: 'pear', PATH: path }));

same(needs, 'env cannot hide the address of the client', () => alike('liar', {}));

same(needs, 'without passenv servers get the whole environment of the daemon', async () => {
  const { debian, kinetd } = await compare(
    { personality: 'xinetd', environment: { FRUIT: 'apple' }, files: { 'xinetd.conf': entry('s', server) } },
    (side) => side.found('s'),
  );
  expect(debian.environment).toMatchObject({ ...baseEnvironment, FRUIT: 'apple' });
  expect(without(kinetd.environment, added)).toEqual(debian.environment);
});

same(needs6, 'REMOTE_HOST of a client over IPv6', async () => {
  const { debian, kinetd } = await environments('six', '::1');
  expect([debian.environment['REMOTE_HOST'], kinetd.environment['REMOTE_HOST']]).toEqual(['::1', '::1']);
});

same(needs, 'REMOTE_HOST of a datagram is its sender', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    await client.send(side.at('datagram'), 'hello');
    const answer = await client.answer();
    client.close();
    return findings(answer).environment['REMOTE_HOST'];
  });
  expect({ debian, kinetd }).toEqual({ debian: '127.0.0.1', kinetd: '127.0.0.1' });
});

same(needs, 'REMOTE_HOST of a wait stream server says that there is no address', async () => {
  const { debian, kinetd } = await environments('listener');
  expect(debian.environment).toEqual({ REMOTE_HOST: '<no address>' });
  expect(kinetd.environment['REMOTE_HOST']).toBe('<no address>');
});

difference(needs, 'a client over IPv4 of a dual-stack service has its plain address in REMOTE_HOST', async () => {
  const { debian, kinetd } = await environments('dual');
  expect(debian.environment['REMOTE_HOST']).toBe('::ffff:127.0.0.1');
  expect(kinetd.environment['REMOTE_HOST']).toBe('127.0.0.1');
});

difference(needs, 'servers learn both ends of their connection from the environment', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const connection = await open(side.at('none'));
    const port = String(connection.socket.localPort);
    return { port, local: String(side.at('none').port), environment: findings(await connection.closed()).environment };
  });
  expect(debian.environment).toEqual({ REMOTE_HOST: '127.0.0.1' });
  expect(kinetd.environment).toEqual({
    PROTO: 'TCP',
    REMOTE_HOST: '127.0.0.1',
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_PORT: kinetd.port,
    LOCAL_HOST: '127.0.0.1',
    LOCAL_PORT: kinetd.local,
    TCPREMOTEIP: '127.0.0.1',
    TCPREMOTEPORT: kinetd.port,
    TCPLOCALIP: '127.0.0.1',
    TCPLOCALPORT: kinetd.local,
  });
});

difference(
  needs,
  'variables about a connection that the daemon itself has inherited do not reach servers',
  async () => {
    const { debian, kinetd } = await compare(
      {
        personality: 'xinetd',
        environment: { TCPREMOTEIP: 'stale', REMOTE_PORT: 'stale', UDPLOCALIP: 'stale' },
        files: { 'xinetd.conf': entry('s', server) },
      },
      (side) => side.found('s'),
    );
    expect(debian.environment).toMatchObject({ TCPREMOTEIP: 'stale', REMOTE_PORT: 'stale', UDPLOCALIP: 'stale' });
    expect(Object.values(kinetd.environment)).not.toContain('stale');
  },
);
