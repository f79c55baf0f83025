/** tcpmux (RFC 1078) and the services behind it. */
import { expect } from 'vitest';

import { open, type TalkOptions, talk } from '../daemon/client.ts';
import { entry, loggingDefaults } from './entry.ts';
import { difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import { aWhile, type Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

/** A service without a port. */
function behind(id: string, attributes: Parameters<typeof entry>[1] = {}): string {
  return entry(id, { type: 'TCPMUXPLUS UNLISTED', port: undefined, bind: undefined, ...attributes });
}

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('tcpmux', { type: 'INTERNAL UNLISTED', server: undefined, user: undefined }),
      behind('cat'),
      behind('plain', { type: 'TCPMUX UNLISTED', server: '@FOLDER@/plain' }),
      behind('nobodys', { user: 'nobody', server: '/usr/bin/id', server_args: '-un' }),
      behind('closed', { no_access: '127.0.0.1' }),
      behind('one', { instances: 1 }),
      entry('secret'),
    ].join('\n'),
    plain: "#!/bin/sh\nprintf '+mine\\r\\n'\n",
  },
}));

async function says(side: Side, send: string, options: TalkOptions = {}): Promise<string> {
  return (await talk(side.at('tcpmux'), { send, halfClose: false, ...options })).text;
}

same(needs, 'a service of type TCPMUX answers itself', async () => {
  const { debian, kinetd } = await pair.both((side) => says(side, 'plain\r\n'));
  expect(debian).toBe('+mine\r\n');
  expect(kinetd).toBe(debian);
});

same(needs, 'names of services behind tcpmux count in any case', async () => {
  const { debian, kinetd } = await pair.both((side) => says(side, 'PLAIN\r\n'));
  expect(debian).toBe('+mine\r\n');
  expect(kinetd).toBe(debian);
});

same(needs, 'a service behind tcpmux has its own user', async () => {
  const { debian, kinetd } = await pair.both(async (side) => (await says(side, 'nobodys\r\n')).replaceAll('\0', ''));
  expect(debian).toBe('+Go\r\nnobody\n');
  expect(kinetd).toBe(debian);
});

same(needs, 'only services of the types of tcpmux are found there', async () => {
  const { debian, kinetd } = await pair.both(async (side) => [
    (await says(side, 'nothing\r\n')).replaceAll('\0', ''),
    (await says(side, 'secret\r\n')).replaceAll('\0', ''),
    await side.fares('secret'),
  ]);
  const missing = '-Service name not found\r\n';
  expect(debian).toEqual([missing, missing, 'served']);
  expect(kinetd).toEqual(debian);
});

difference(needs, 'no NUL byte stands behind what tcpmux answers', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const connection = await open(side.at('tcpmux'));
    connection.write('cat\r\n');
    await connection.receive(side.name === 'Debian' ? /\0$/ : /\n$/);
    connection.socket.end('x');
    return [await connection.closed(), await says(side, 'nothing\r\n')];
  });
  expect(debian).toEqual(['+Go\r\n\0x', '-Service name not found\r\n\0']);
  expect(kinetd).toEqual(['+Go\r\nx', '-Service name not found\r\n']);
});

difference(needs, 'the line to tcpmux may come in pieces, end in LF, and have more behind it', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const connection = await open(side.at('tcpmux'));
    connection.write('ca');
    await aWhile();
    connection.socket.end('t\n');
    return [await connection.closed(), await says(side, 'cat\r\nx', { halfClose: true })];
  });
  expect(debian).toEqual(['', '']);
  expect(kinetd).toEqual(['+Go\r\n', '+Go\r\nx']);
});

difference(needs, 'help lists the services behind tcpmux', async () => {
  const { debian, kinetd } = await pair.both((side) => says(side, 'help\r\n'));
  expect(debian).toBe('-Service name not found\r\n\0');
  expect(kinetd).toBe(['cat', 'plain', 'nobodys', 'closed', 'one'].map((name) => `${name}\r\n`).join(''));
});

difference(needs, 'a refusal of a service behind tcpmux is answered and logged', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const text = await says(side, 'closed\r\n');
    if (side.name === 'kinetd') await side.logged('closed', /^FAIL/);
    else await side.logged('tcpmux', /^EXIT/);
    return { text, lines: side.lines('closed') };
  });
  expect(debian).toEqual({ text: '', lines: [] });
  expect(kinetd).toEqual({ text: '-Service not available\r\n', lines: ['FAIL: closed address from=127.0.0.1'] });
});

difference(needs, 'a service behind tcpmux has its own limits, START and EXIT', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const first = await open(side.at('tcpmux'));
    first.write('one\r\n');
    await first.receive(/\+Go/);
    // The answer comes before the server.
    if (side.name === 'kinetd') await side.logged('one', /^START/);
    const second = await open(side.at('tcpmux'));
    second.write('one\r\n');
    const answer = (await second.receive(/\n/)).replaceAll('\0', '');
    first.close();
    second.close();
    if (side.name === 'kinetd') await side.logged('one', /^EXIT/);
    return { answer, lines: side.lines('one') };
  });
  expect(debian).toEqual({ answer: '+Go\r\n', lines: [] });
  expect(kinetd).toEqual({
    answer: '-Service not available\r\n',
    lines: [
      'START: one pid=N from=127.0.0.1',
      'FAIL: one service_limit from=127.0.0.1',
      'EXIT: one status=0 pid=N duration=N(sec)',
    ],
  });
});
