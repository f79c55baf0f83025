/** Services that pass their connections on to another port. */
import { createServer } from 'node:net';

import { expect, onTestFinished } from 'vitest';

import { open, talk } from '../daemon/client.ts';
import { shell } from '../daemon/programs.ts';
import { entry, loggingDefaults } from './entry.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd' };

function redirected(id: string, to: string, attributes: Parameters<typeof entry>[1] = {}): string {
  return entry(id, { server: undefined, redirect: `127.0.0.1 ${to}`, 'log_on_success+': 'TRAFFIC', ...attributes });
}

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('cat', { log_type: 'FILE @FOLDER@/cat.log' }),
      entry('late', { server: '@FOLDER@/late', log_type: 'FILE @FOLDER@/cat.log' }),
      redirected('relay', '@PORT:cat@'),
      redirected('half', '@PORT:late@'),
      redirected('nowhere', '1'),
      entry('plain', { 'log_on_success+': 'TRAFFIC' }),
      redirected('datagrams', '1', { socket_type: 'dgram' }),
      redirected('waits', '1', { wait: 'yes' }),
      redirected('words', '1', { flags: 'NAMEINARGS' }),
    ].join('\n'),
    late: shell('said=$(cat)\nprintf %s "$said"\n'),
  },
}));

same(needs, 'redirect relays both ways and needs no server; TRAFFIC counts the bytes', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const connection = await open(side.at('relay'));
    connection.write('hello');
    const text = await connection.receive(/^hello$/);
    connection.close();
    return { text, lines: await side.logged('relay', /^EXIT/) };
  });
  for (const { text, lines } of [debian, kinetd]) {
    expect(text).toBe('hello');
    expect(lines).toEqual([
      'START: relay pid=N from=127.0.0.1',
      'TRAFFIC: relay in=5(bytes) out=5(bytes)',
      'EXIT: relay status=0 pid=N duration=N(sec)',
    ]);
  }
});

difference(needs, 'redirect keeps the answer to a client that has closed its side', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const { text } = await talk(side.at('half'), { send: 'hello' });
    const lines = await side.logged('half', /^EXIT/);
    return { text, traffic: lines.filter((line) => line.startsWith('TRAFFIC')) };
  });
  expect(debian).toEqual({ text: '', traffic: ['TRAFFIC: half in=5(bytes) out=0(bytes)'] });
  expect(kinetd).toEqual({ text: 'hello', traffic: ['TRAFFIC: half in=5(bytes) out=5(bytes)'] });
});

same(needs, 'redirect to a port where nobody listens: the client sees the end, the daemon says why', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const { text } = await talk(side.at('nowhere'), { halfClose: false });
    const lines = await side.logged('nowhere', /^EXIT/);
    const said = /can't connect to remote host .*/.exec(side.read('daemon.log'))?.[0];
    return { text, lines, said };
  });
  for (const { text, lines, said } of [debian, kinetd]) {
    expect(text).toBe('');
    expect(lines).toEqual(['START: nowhere pid=N from=127.0.0.1', 'EXIT: nowhere status=0 pid=N duration=N(sec)']);
    expect(said).toBe("can't connect to remote host 127.0.0.1: Connection refused (errno = 111)");
  }
});

same(needs, 'redirect is for stream services that do not wait and have no NAMEINARGS', async () => {
  const { debian, kinetd } = await pair.both((side) =>
    Promise.all(
      ['datagrams', 'waits', 'words'].map(async (id) =>
        talk(side.at(id)).then(
          () => 'answers',
          () => 'refused',
        ),
      ),
    ),
  );
  expect(debian).toEqual(['refused', 'refused', 'refused']);
  expect(kinetd).toEqual(debian);
});

difference(needs, 'TRAFFIC does not lose a service that is not redirected', async () => {
  const { debian, kinetd } = await pair.both((side) =>
    talk(side.at('plain'), { send: 'x' }).then(
      ({ text }) => text,
      () => 'refused',
    ),
  );
  expect({ debian, kinetd }).toEqual({ debian: 'refused', kinetd: 'x' });
});

same(needs, 'SIGTERM ends redirected connections', async () => {
  // The target is another daemon's, which goes on.
  const target = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void target.close());
  const address = target.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const files = { 'xinetd.conf': loggingDefaults + redirected('relay', String(port)) };
  const { debian, kinetd } = await compare({ personality: 'xinetd', files }, async (side) => {
    const connection = await open(side.at('relay'));
    connection.write('x');
    await connection.receive(/x/);
    side.signal('SIGTERM');
    const ended = await side.ended;
    return [ended, await connection.closed()];
  });
  expect(debian).toEqual([0, 'x']);
  expect(kinetd).toEqual(debian);
});
