/** GNU inetutils' inetd: quotes and escapes, families, limits, lines. */
import { expect } from 'vitest';

import { currentUser } from '../daemon/kinetd.ts';
import { type Answers, compare, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'inetutils', ipv6: true };
const user = currentUser();

const probe = (id: string, words: string): string =>
  `127.0.0.1:@PORT:${id}@ stream tcp nowait ${user} @PROBE@ ${words}`;
const cat = (id: string, protocol: string, address = '', wait = 'nowait'): string =>
  `${address}@PORT:${id}@ stream ${protocol} ${wait} ${user} /bin/cat cat`;

const pair = sharedPair(needs, () => ({
  personality: 'inetutils',
  files: {
    'inetd.conf': [
      '# kinetd: dialect gnu',
      probe('quoted', `probe "two words" 'a "b"' ""`),
      probe('plain', "probe don't a\\tb \\101 \\\\ last\\"),
      probe('hash', 'probe # word'),
      cat('four', 'tcp'),
      cat('six', 'tcp6'),
      cat('sixonly', 'tcp6only'),
      cat('pair', 'tcp', '127.0.0.1,127.0.0.2:'),
      cat('free', 'tcp', '127.0.0.1:', 'nowait.0'),
      `  ${cat('indented', 'tcp')}`,
      cat('misspelt', 'tcp', '127.0.0.1:', 'nowaitx'),
      '',
    ].join('\n'),
  },
  silent: ['misspelt'],
}));

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

async function argv(id: string): Promise<Answers<readonly string[]>> {
  return pair.both(async (side) => {
    const { facts } = await side.found(id);
    return Object.entries(facts).flatMap(([name, value]) => (name.startsWith('argv.') ? [value] : []));
  });
}

same(needs, 'a word may stand in quotes as a whole', async () =>
  alike(await argv('quoted'), ['probe', 'two words', 'a "b"', '']),
);

same(needs, 'a backslash is a character, and so is an apostrophe within a word', async () =>
  alike(await argv('plain'), ['probe', "don't", 'a\\tb', '\\101', '\\\\', 'last\\']),
);

same(needs, '# after the first column is a word', async () => alike(await argv('hash'), ['probe', '#', 'word']));

async function reaches(id: string): Promise<Answers<string>> {
  return pair.both(async (side) => {
    const fates: string[] = [];
    for (const host of ['127.0.0.1', '127.0.0.2', '::1'])
      fates.push((await side.fares(id, host)) === 'served' ? 'S' : '-');
    return fates.join('');
  });
}

same(needs, 'tcp is IPv4, tcp6 is both, tcp6only is IPv6', async () => {
  alike(await reaches('four'), 'SS-');
  alike(await reaches('six'), 'SSS');
  alike(await reaches('sixonly'), '--S');
});

same(needs, 'a list of addresses, .0 for no limit, and an entry that begins with a blank', async () => {
  alike(await reaches('pair'), 'SS-');
  alike(await reaches('free'), 'S--');
  alike(await reaches('indented'), 'SS-');
});

difference(needs, 'lines for tcp and for tcp6 of one port can stand side by side', async () => {
  const files = { 'inetd.conf': `# kinetd: dialect gnu\n${cat('dual', 'tcp')}\n${cat('dual', 'tcp6')}\n` };
  // GNU's says that the address is in use, which is not taken for bad luck here.
  const { debian, kinetd } = await compare({ personality: 'inetutils', files, unready: true }, async (side) => {
    await side.ready();
    return [await side.fares('dual'), await side.fares('dual', '::1')];
  });
  expect({ debian, kinetd }).toEqual({ debian: ['served', 'no port'], kinetd: ['served', 'served'] });
});

difference(needs, "a wait word that GNU's inetd takes by its beginning loses the line", async () => {
  const { debian, kinetd } = await reaches('misspelt');
  expect({ debian, kinetd }).toEqual({ debian: 'S--', kinetd: '---' });
});

difference(needs, '--environment and --resolve tell the two ends, and nothing of another connection', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'inetutils',
      words: ['--environment', '--resolve'],
      files: {
        'inetd.conf': `# kinetd: dialect gnu\n${probe('first', 'probe')}\n127.0.0.1:@PORT:second@ stream tcp wait ${user} @PROBE@ probe\n`,
      },
    },
    async (side) => [(await side.found('first')).environment, (await side.found('second')).environment],
  );
  const told = (environment: Readonly<Record<string, string>> = {}) =>
    Object.keys(environment)
      .filter((name) => /^(PROTO|TCP)/.test(name))
      .sort();
  const all = ['PROTO', 'TCPLOCALHOST', 'TCPLOCALIP', 'TCPLOCALPORT', 'TCPREMOTEHOST', 'TCPREMOTEIP', 'TCPREMOTEPORT'];
  expect(told(debian[0])).toEqual(all);
  expect(told(kinetd[0])).toEqual(all);
  expect(kinetd[0]?.['TCPREMOTEHOST']).toBe(debian[0]?.['TCPREMOTEHOST']);
  expect(told(debian[1]), 'of the one before').toEqual(all);
  expect(told(kinetd[1])).toEqual(['PROTO', 'TCPLOCALIP', 'TCPLOCALPORT']);
});
