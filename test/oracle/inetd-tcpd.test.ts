/** Lines of an inetd.conf that go through tcpd(8), which kinetd does not need. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

import { expect } from 'vitest';

import { talk, UdpClient } from '../daemon/client.ts';
import { compare, difference, type PairOptions, same } from './pair.ts';
import { findings, probe } from './probe.ts';
import { type Needs, oracles } from './programs.ts';
import type { Side } from './side.ts';
import { inViewOfItsOwn } from './view.ts';

const tcpd = join(oracles, 'tcpd/usr/sbin/tcpd');
/** In Debian's REAL_DAEMON_DIR, and it says something. */
const nologin = '/usr/sbin/nologin';

const needs: Needs = {
  personality: 'inetd',
  root: true,
  mounts: true,
  obstacle: () => [tcpd, nologin].map(missing).find((text) => text !== undefined),
};

function missing(path: string): string | undefined {
  return existsSync(path) ? undefined : `${path} is not there`;
}

/** -E: tcpd needs LD_LIBRARY_PATH. */
function daemons(lines: readonly string[], rules: Readonly<Record<string, string>>): PairOptions {
  const files = { 'inetd.conf': lines.map((line) => `${line}\n`).join(''), ...rules };
  return inViewOfItsOwn(files, { personality: 'inetd', words: ['-E'] });
}

/** How clients from these addresses fare: `S` served, `c` closed. */
async function fates(side: Side, id: string, send = 'echo'): Promise<string> {
  let letters = '';
  for (const from of ['127.0.0.1', '127.0.0.2']) {
    const { text } = await talk(side.at(id), { from, send });
    letters += text === '' ? 'c' : 'S';
  }
  return letters;
}

same(
  needs,
  'a line through tcpd starts the program that argv[0] names, for whom the rules of that name let in',
  async () => {
    const { debian, kinetd } = await compare(
      daemons(
        [
          `@PORT:path@ stream tcp4 nowait root ${tcpd} /bin/cat`,
          `@PORT:words@ stream tcp4 nowait root ${tcpd} @PROBE@ one two`,
          `@PORT:name@ stream tcp4 nowait root ${tcpd} nologin`,
          `@PORT:direct@ stream tcp4 nowait root /bin/cat cat`,
        ],
        { 'hosts.deny': 'cat, tcpd: 127.0.0.1\nnologin: 127.0.0.2\n' },
      ),
      async (side) => ({
        path: await fates(side, 'path'),
        name: await fates(side, 'name', ''),
        direct: await fates(side, 'direct'),
        argv: Object.entries(findings((await talk(side.at('words'), { halfClose: false })).text).facts).flatMap(
          ([name, value]) => (name.startsWith('argv.') ? [value] : []),
        ),
      }),
    );
    expect(kinetd).toEqual(debian);
    expect(debian).toEqual({ path: 'cS', name: 'Sc', direct: 'SS', argv: [basename(probe()), 'one', 'two'] });
  },
);

same(needs, 'a datagram service that waits may go through tcpd', async () => {
  const { debian, kinetd } = await compare(
    daemons([`@PORT:datagram@ dgram udp4 wait root ${tcpd} @PROBE@`], {
      'hosts.deny': `${basename(probe())}: 127.0.0.2\n`,
    }),
    async (side) => {
      const [refused, served] = [new UdpClient('udp4', '127.0.0.2'), new UdpClient('udp4')];
      await refused.send(side.at('datagram'), 'refused');
      await served.send(side.at('datagram'), 'served');
      const answer = findings((await served.answer()) ?? '').facts['input'];
      const others = refused.received;
      for (const client of [refused, served]) client.close();
      return { answer, others };
    },
  );
  expect(kinetd).toEqual(debian);
  expect(debian).toEqual({ answer: 'served', others: [] });
});

difference(needs, 'tcpd need not be there for a line that goes through it', async () => {
  const { debian, kinetd } = await compare(
    daemons(['@PORT:s@ stream tcp4 nowait root /no/such/tcpd /bin/cat'], { 'hosts.deny': 'cat: 127.0.0.2\n' }),
    (side) => fates(side, 's'),
  );
  expect(debian).toBe('cc');
  expect(kinetd).toBe('Sc');
});
