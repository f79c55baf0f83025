/** Words of the configuration that hardly anybody writes, or that mean little: what each side makes of them. */
import { expect } from 'vitest';

import { UdpClient } from '../daemon/client.ts';
import { entry, loggingDefaults } from './entry.ts';
import { type Answers, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import { aWhile } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('interface', { bind: undefined, interface: '127.0.0.1', flags: 'IPv4' }),
      entry('flags', { flags: 'REUSE NORETRY' }),
      entry('special', { type: 'UNLISTED SPECIAL' }),
      entry('stream', { flags: 'INTERCEPT' }),
      entry('datagram', { socket_type: 'dgram', server: '@PROBE@', flags: 'INTERCEPT' }),
      entry('packets', { socket_type: 'seqpacket' }),
    ].join('\n'),
  },
}));

async function fare(id: string, expected: Answers<string>): Promise<void> {
  expect({ id, ...(await pair.both((side) => side.fares(id))) }).toEqual({ id, ...expected });
}

const served = { debian: 'served', kinetd: 'served' };

same(needs, 'interface is another name of bind', async () => {
  await fare('interface', served);
  expect(await pair.both((side) => side.fares('interface', '127.0.0.2'))).toEqual({
    debian: 'no port',
    kinetd: 'no port',
  });
});

same(needs, 'the flags REUSE and NORETRY are accepted', () => fare('flags', served));

same(needs, 'the type SPECIAL is accepted', () => fare('special', served));

difference(needs, 'INTERCEPT is accepted with a warning and breaks nothing', async () => {
  await fare('stream', served);
  const answers = await pair.both(async (side) => {
    const client = new UdpClient();
    await client.send(side.at('datagram'), 'x');
    const answer = await Promise.race([
      client.answer().then(() => 'answered'),
      side.name === 'Debian' ? aWhile() : new Promise<undefined>(() => {}),
    ]);
    client.close();
    return answer;
  });
  expect(answers).toEqual({ debian: undefined, kinetd: 'answered' });
  await pair.both((side) =>
    side.says(
      side.name === 'Debian'
        ? /ERROR: Multi-threaded services cannot be intercepted: stream/
        : /WARNING: service stream: INTERCEPT/,
    ),
  );
});

difference(needs, 'seqpacket is refused when it is read, and not when the socket is made', async () => {
  await fare('packets', { debian: 'no port', kinetd: 'no port' });
  await pair.both((side) =>
    side.says(
      side.name === 'Debian'
        ? /ERROR: socket creation failed \(Socket type not supported \(errno = 94\)\)\. service = packets/
        : /ERROR: service packets: .*seqpacket.* \[line=\d+\]/,
    ),
  );
});
