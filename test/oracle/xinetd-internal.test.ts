/** The services that the daemon answers itself: echo, discard, daytime, time and chargen, over TCP and UDP. */
import { randomInt } from 'node:crypto';

import { expect } from 'vitest';

import { open, talk, UdpClient } from '../daemon/client.ts';
import { until } from '../daemon/until.ts';
import { entry, loggingDefaults } from './entry.ts';
import { type Answers, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import { aWhile, type Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

/** An internal service; what chooses it is its name, and its id is that of its port. */
function internal(name: string, id: string, attributes: Parameters<typeof entry>[1] = {}): string {
  const text = entry(id, { id, type: 'INTERNAL UNLISTED', server: undefined, user: undefined, ...attributes });
  return text.replace(`service ${id}`, `service ${name}`);
}

const dgram = { socket_type: 'dgram' };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      ...['echo', 'discard', 'daytime', 'time', 'chargen'].map((name) => internal(name, name)),
      internal('echo', 'denied', { no_access: '127.0.0.1' }),
      internal('daytime', 'denied_time', { no_access: '127.0.0.1' }),
      internal('echo', 'full', { instances: 1 }),
      ...['echo', 'discard', 'daytime', 'time', 'chargen'].map((name) => internal(name, `udp_${name}`, dgram)),
      internal('echo', 'burst', dgram),
      internal('echo', 'seven', dgram),
      internal('echo', 'udp_denied', { ...dgram, no_access: '127.0.0.1' }),
      internal('servers', 'gone'),
    ].join('\n'),
  },
}));

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

/** RFC 867, in the form of xinetd. */
const date = /^\d\d (JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC) \d{4} \d\d:\d\d:\d\d UTC\r\n$/;

/** RFC 868: seconds since 1900; the answer as seconds from now. */
function fromNow(answer: string): number {
  const seconds = Buffer.from(answer, 'latin1').readUInt32BE() - 2_208_988_800;
  return Math.abs(seconds - Date.now() / 1000);
}

same(needs, 'echo over TCP gives back what it gets and ends with its client', async () => {
  const answers = await pair.both(async (side) => [
    (await talk(side.at('echo'), { send: 'x'.repeat(5000) })).text.length,
    await side.logged('echo', /^EXIT/),
  ]);
  alike(answers, [5000, ['START: echo pid=N from=127.0.0.1', 'EXIT: echo status=0 pid=N duration=N(sec)']]);
});

same(needs, 'discard says nothing, whatever it gets', async () => {
  const answers = await pair.both(async (side) => [
    (await talk(side.at('discard'), { send: 'x'.repeat(5000) })).text,
    await side.logged('discard', /^EXIT/),
  ]);
  alike(answers, ['', ['START: discard pid=N from=127.0.0.1', 'EXIT: discard status=0 pid=N duration=N(sec)']]);
});

same(needs, 'daytime over TCP; no process is started, and none ends', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const { text } = await talk(side.at('daytime'), { halfClose: false });
    return { text, lines: await side.logged('daytime', /^START/), raw: side.read('service.log') };
  });
  for (const { text, lines, raw } of [debian, kinetd]) {
    expect(text).toMatch(date);
    expect(lines).toEqual(['START: daytime pid=N from=127.0.0.1']);
    expect(raw).toMatch(/START: daytime pid=0 from=127\.0\.0\.1/);
  }
});

same(needs, 'time over TCP', async () => {
  const { debian, kinetd } = await pair.both(async (side) => (await talk(side.at('time'), { halfClose: false })).text);
  for (const answer of [debian, kinetd]) {
    expect(answer).toHaveLength(4);
    expect(fromNow(answer)).toBeLessThan(60);
  }
});

same(needs, 'chargen over TCP: lines of 72 characters, each one further in the ring', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const connection = await open(side.at('chargen'));
    const text = await connection.receive(/(.*\r\n){200}/);
    connection.close();
    // Where the ring ends xinetd says two lines over again.
    return text.split('\r\n').slice(0, 90);
  });
  expect(debian.every((line) => line.length === 72)).toBe(true);
  expect(debian[1]?.slice(0, -1)).toBe(debian[0]?.slice(1));
  expect(kinetd).toEqual(debian);
});

same(needs, 'instances of an internal service', async () => {
  const answers = await pair.both(async (side) => {
    const first = await open(side.at('full'));
    first.write('x');
    await first.receive(/x/);
    const second = await side.fares('full');
    const lines = await side.logged('full', /^FAIL/);
    first.close();
    await side.logged('full', /^EXIT/);
    return [second, lines, await side.fares('full')];
  });
  alike(answers, ['closed', ['START: full pid=N from=127.0.0.1', 'FAIL: full service_limit from=127.0.0.1'], 'served']);
});

same(needs, 'who may not use an internal service gets nothing of it', async () => {
  const answers = await pair.both(async (side) => [
    await side.fares('denied'),
    (await talk(side.at('denied_time'), { halfClose: false })).text,
    (await side.logged('denied_time', /^FAIL/)).at(-1),
  ]);
  alike(answers, ['closed', '', 'FAIL: denied_time address from=127.0.0.1']);
});

/** The answer to one datagram. */
async function ask(side: Side, port: string, text: string): Promise<string> {
  const client = new UdpClient();
  await client.send(side.at(port), text);
  return client.answer();
}

same(needs, 'echo over UDP: an answer, a line, and no process', async () => {
  const answers = await pair.both(async (side) => [
    await ask(side, 'udp_echo', 'datagram'),
    await side.logged('udp_echo', /^START/),
    /START: udp_echo pid=0 from=127\.0\.0\.1/.test(side.read('service.log')),
  ]);
  alike(answers, ['datagram', ['START: udp_echo pid=N from=127.0.0.1'], true]);
});

same(needs, 'discard over UDP', async () => {
  const client = (side: Side): Promise<void> => new UdpClient().send(side.at('udp_discard'), 'datagram');
  const answers = await pair.both(async (side) => {
    await client(side);
    return side.logged('udp_discard', /^START/);
  });
  alike(answers, ['START: udp_discard pid=N from=127.0.0.1']);
});

same(needs, 'daytime and time over UDP', async () => {
  const { debian, kinetd } = await pair.both(async (side) => [
    await ask(side, 'udp_daytime', ''),
    await ask(side, 'udp_time', ''),
  ]);
  for (const [day = '', seconds = ''] of [debian, kinetd]) {
    expect(day).toMatch(date);
    expect(seconds).toHaveLength(4);
    expect(fromNow(seconds)).toBeLessThan(60);
  }
});

same(needs, 'chargen over UDP: 1024 bytes, of which the last line is short', async () => {
  const { debian, kinetd } = await pair.both(async (side) => (await ask(side, 'udp_chargen', 'x')).split('\r\n'));
  expect(debian.map(({ length }) => length)).toEqual([...Array(13).fill(72), 60, 0]);
  // xinetd's ring goes on from one client to the next.
  expect(kinetd.map(({ length }) => length)).toEqual(debian.map(({ length }) => length));
  expect(debian[1]?.slice(0, -1)).toBe(debian[0]?.slice(1));
  expect(kinetd[1]?.slice(0, -1)).toBe(kinetd[0]?.slice(1));
});

same(needs, 'a datagram of somebody who may not is not answered', async () => {
  const answers = await pair.both(async (side) => {
    const client = new UdpClient();
    await client.send(side.at('udp_denied'), 'x');
    const lines = await side.logged('udp_denied', /^FAIL/);
    return [client.received, lines.filter((line) => line.startsWith('FAIL'))];
  });
  alike(answers, [[], ['FAIL: udp_denied address from=127.0.0.1']]);
});

difference(needs, 'each datagram of a burst to echo is answered, and its sender logged once', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    process.kill(side.pid, 'SIGSTOP');
    for (let number = 0; number < 10; number++) await client.send(side.at('burst'), String(number));
    process.kill(side.pid, 'SIGCONT');
    await until(() => (client.received.length >= (side.name === 'Debian' ? 1 : 10) ? true : undefined));
    await aWhile();
    return { answers: client.received.length, lines: await side.logged('burst', /^START/) };
  });
  const lines = ['START: burst pid=N from=127.0.0.1'];
  expect(debian).toEqual({ answers: 1, lines });
  expect(kinetd).toEqual({ answers: 10, lines });
});

difference({ ...needs, root: true }, 'echo does not answer a datagram that comes from port 7', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    // At an address that nobody else has for that port.
    const client = new UdpClient('udp4', `127.${randomInt(100, 200)}.${randomInt(256)}.${randomInt(1, 255)}`, 7);
    await client.send(side.at('seven'), 'loop');
    await side.logged('seven', /^START/);
    await aWhile();
    return client.received;
  });
  expect(debian).toEqual(['loop']);
  expect(kinetd).toEqual([]);
});
