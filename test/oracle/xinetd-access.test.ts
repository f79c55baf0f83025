/** only_from, no_access and access_times: which clients each form admits, and what decides when forms overlap. */
import { expect } from 'vitest';

import { defaults, entry, loggingDefaults } from './entry.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };
const needs6: Needs = { ...needs, ipv6: true };

/** The clients that each list is asked about, all of a socket for both families. */
const clients = [
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.2'],
  ['127.0.0.1', '127.0.1.1'],
  ['::1', '::1'],
] as const;

/** For each client: `S` served, `c` closed without an answer, `-` nobody listens. As only_from, then as no_access. */
type Fates = readonly [onlyFrom: string, noAccess: string];

/** Forms that both read alike. */
const agreed: readonly (readonly [form: string, fates: Fates])[] = [
  ['127.0.0.1', ['Sccc', 'cSSS']],
  ['127.0.0.0', ['SSSc', 'cccS']],
  ['127.0.0.0/8', ['SSSc', 'cccS']],
  ['127.0.0.1/32', ['Sccc', 'cSSS']],
  ['127.0.0.2/31', ['cScc', 'ScSS']],
  ['127.0.0.9/24', ['SScc', 'ccSS']],
  ['127.0.0.1/0', ['SSSc', 'cccS']],
  ['127.0.0.{1,3}', ['Sccc', 'cSSS']],
  ['127.0.{0,5}', ['SScc', 'ccSS']],
  ['127.{0,5}', ['SSSc', 'cccS']],
  ['127.1', ['Sccc', 'cSSS']],
  ['127', ['cccc', 'SSSS']],
  ['127.0', ['SSSc', 'cccS']],
  ['0x7f000001', ['Sccc', 'cSSS']],
  ['0.0.0.0', ['SSSc', 'cccS']],
  ['0', ['SSSc', 'cccS']],
  ['10.0.0.0', ['cccc', 'SSSS']],
  ['::1', ['cccS', 'SSSc']],
  ['::', ['cccc', 'SSSS']],
  ['::1/127', ['cccS', 'SSSc']],
  ['::/0', ['SSSS', 'cccc']],
  ['::/64', ['SSSS', 'cccc']],
  ['::ffff:127.0.0.1', ['Sccc', 'cSSS']],
  ['::ffff:127.0.0.0/104', ['SSSc', 'cccS']],
  ['10.0.0.1 127.0.0.2', ['cScc', 'ScSS']],
  ['', ['cccc', 'SSSS']],
  ['127.0.0.1,127.0.0.2', ['----', '----']],
  ['127.0.0.{1,}', ['----', '----']],
];

interface Disagreement {
  readonly title: string;
  readonly forms: readonly (readonly [form: string, debian: Fates, kinetd: Fates])[];
}

const disagreed: readonly Disagreement[] = [
  {
    title: 'a.b.c. is the block of addresses that begin so',
    forms: [
      ['127.0.0.', ['cccc', 'SSSS'], ['SScc', 'ccSS']],
      ['127.', ['cccc', 'SSSS'], ['SSSc', 'cccS']],
    ],
  },
  {
    title: 'a netmask after the slash is a netmask',
    forms: [
      ['127.0.0.0/255.0.0.0', ['cccc', 'SSSS'], ['SSSc', 'cccS']],
      ['127.0.1.0/255.255.254.0', ['cccc', 'SSSS'], ['SSSc', 'cccS']],
    ],
  },
  { title: '/128 is one IPv6 address', forms: [['::1/128', ['cccc', 'SSSS'], ['cccS', 'SSSc']]] },
  {
    title: 'an address that cannot be understood loses the service instead of being left out of the list',
    forms: [
      ['127.0.0.256', ['cccc', 'SSSS'], ['----', '----']],
      ['127.0.0.1/', ['cccc', 'SSSS'], ['----', '----']],
      ['127.0.0.0/33', ['cccc', 'SSSS'], ['----', '----']],
      ['[::1]', ['cccc', 'SSSS'], ['----', '----']],
      ['127.0.0.1-127.0.0.2', ['cccc', 'SSSS'], ['----', '----']],
    ],
  },
  {
    title: 'a factorised address begins with a number',
    forms: [['{127,128}', ['SSSc', 'cccS'], ['----', '----']]],
  },
];

const forms = [...agreed.map(([form]) => form), ...disagreed.flatMap((group) => group.forms.map(([form]) => form))];

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      ...forms.flatMap((form, index) => [
        entry(`only${index}`, { bind: undefined, only_from: form }),
        entry(`not${index}`, { bind: undefined, no_access: form }),
      ]),
      entry('hole', { only_from: '127.0.0.0/8', no_access: '127.0.0.2' }),
      entry('island', { only_from: '127.0.0.1', no_access: '127.0.0.0/8' }),
      entry('tie', { only_from: '127.0.0.1', no_access: '127.0.0.1' }),
      entry('always', { access_times: '00:00-23:59' }),
      entry('lax', { access_times: ':-23:59' }),
      entry('several', { access_times: '00:00-00:01 00:00-23:59' }),
      entry('backwards', { access_times: '22:00-6:00' }),
      entry('round', { access_times: '00:00-12:00 12:00-11:59' }),
      entry('day', { access_times: '00:00-24:00' }),
      entry('minutes', { access_times: '00:00-23:60' }),
      entry('form', { access_times: '8-17' }),
      entry('yes6', { bind: undefined, v6only: 'yes' }),
      entry('no6', { bind: undefined, v6only: 'no' }),
      entry('four', { bind: undefined, flags: 'IPv4', only_from: '127.0.0.1' }),
      entry('logging', { no_access: '0.0.0.0' }),
      entry('intercept', { no_access: '0.0.0.0' }),
    ].join('\n'),
  },
}));

/** How all clients fare with one list. */
async function fates(side: Side, id: string): Promise<string> {
  const letters = { served: 'S', closed: 'c', 'no port': '-' } as const;
  const outcomes = await Promise.all(clients.map(([host, from]) => side.fares(id, host, { from })));
  return outcomes.map((outcome) => letters[outcome]).join('');
}

async function bothFates(form: string): Promise<{ debian: Fates; kinetd: Fates }> {
  const index = forms.indexOf(form);
  return pair.both(
    async (side): Promise<Fates> => [await fates(side, `only${index}`), await fates(side, `not${index}`)],
  );
}

same(needs6, 'forms of addresses in only_from and no_access', async () => {
  for (const [form, expected] of agreed) {
    const { debian, kinetd } = await bothFates(form);
    expect({ form, debian, kinetd }).toEqual({ form, debian: expected, kinetd: expected });
  }
});

for (const { title, forms: group } of disagreed) {
  difference(needs6, title, async () => {
    for (const [form, debian, kinetd] of group) {
      expect({ form, ...(await bothFates(form)) }).toEqual({ form, debian, kinetd });
    }
  });
}

async function fare(
  id: string,
  expected: { readonly debian: string; readonly kinetd: string },
  from = '127.0.0.1',
): Promise<void> {
  expect(await pair.both((side) => side.fares(id, '127.0.0.1', { from }))).toEqual(expected);
}

const served = { debian: 'served', kinetd: 'served' };
const closed = { debian: 'closed', kinetd: 'closed' };

same(needs, 'an address in both lists with equal weight is refused', () => fare('tie', closed));

same(needs, 'a hole in an admitted block is refused', async () => {
  await fare('hole', served);
  await fare('hole', closed, '127.0.0.2');
});

difference(needs, 'the most specific of only_from and no_access decides', async () => {
  await fare('island', { debian: 'closed', kinetd: 'served' });
  await fare('island', closed, '127.0.0.2');
});

same(needs, 'a list holds for a socket of IPv4 alone as well', async () => {
  await fare('four', served);
  await fare('four', closed, '127.0.0.2');
});

same(needs, 'access_times: the whole day, several intervals', async () => {
  await fare('always', served);
  await fare('several', served);
});

same(needs, 'access_times: a minute of 60 and hours alone are no times', async () => {
  await fare('minutes', { debian: 'no port', kinetd: 'no port' });
  await fare('form', { debian: 'no port', kinetd: 'no port' });
});

same(needs, 'access_times: the minute that an interval ends with belongs to it', async () => {
  // Another minute may begin before the client comes; then both are asked again with an interval of that minute.
  for (;;) {
    const now = new Date();
    const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
    const text = (at: number): string => `${Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}`;
    const times = minute === 0 ? '00:00-00:01' : `${text(minute - 1)}-${text(minute)}`;
    const answers = await compare(
      { personality: 'xinetd', files: { 'xinetd.conf': entry('ends', { access_times: times }) } },
      (side) => side.fares('ends'),
    );
    if (new Date().getUTCMinutes() !== now.getUTCMinutes()) continue;
    expect(answers).toEqual(served);
    return;
  }
});

difference(needs, 'access_times may cross midnight', async () => {
  await fare('round', { debian: 'no port', kinetd: 'served' });
  expect(await pair.both((side) => side.messages.some(({ text }) => text.includes('22:00-6:00')))).toEqual({
    debian: true,
    kinetd: false,
  });
});

difference(needs, '24:00 is the end of the day', () => fare('day', { debian: 'no port', kinetd: 'served' }));

same(needs6, 'v6only = yes keeps IPv4 clients out', async () => {
  await fare('yes6', { debian: 'no port', kinetd: 'no port' });
  expect(await pair.both((side) => side.fares('yes6', '::1'))).toEqual(served);
});

difference(needs6, 'v6only = no lets IPv4 clients in', async () => {
  await fare('no6', { debian: 'no port', kinetd: 'served' });
  expect(await pair.both((side) => side.fares('no6', '::1'))).toEqual(served);
});

difference(needs, 'a service may be called logging or intercept and is guarded like others', async () => {
  await fare('logging', { debian: 'served', kinetd: 'closed' });
  await fare('intercept', { debian: 'served', kinetd: 'closed' });
});

difference(needs, 'defaults reach services that stand before them', async () => {
  const answers = await compare(
    {
      personality: 'xinetd',
      files: {
        'xinetd.conf': [entry('early'), defaults({ no_access: '127.0.0.1' }), entry('late')].join('\n'),
      },
    },
    async (side) => [await side.fares('early'), await side.fares('late')],
  );
  expect(answers).toEqual({ debian: ['served', 'closed'], kinetd: ['closed', 'closed'] });
});

same(needs, 'lists of defaults are inherited, added to, replaced and taken from', async () => {
  const answers = await compare(
    {
      personality: 'xinetd',
      files: {
        'xinetd.conf': [
          defaults({ only_from: '127.0.0.2' }),
          entry('inherits'),
          entry('adds', { 'only_from+': '127.0.0.1' }),
          entry('replaces', { only_from: '127.0.0.1' }),
          entry('empties', { 'only_from-': '127.0.0.2' }),
          entry('opens', { only_from: '0.0.0.0 ::/0' }),
        ].join('\n'),
      },
    },
    async (side) => {
      const rows: string[] = [];
      for (const id of ['inherits', 'adds', 'replaces', 'empties', 'opens']) {
        const first = await side.fares(id, '127.0.0.1', { from: '127.0.0.1' });
        const second = await side.fares(id, '127.0.0.1', { from: '127.0.0.2' });
        rows.push(`${id}: ${first}, ${second}`);
      }
      return rows;
    },
  );
  expect(answers.debian).toEqual([
    'inherits: closed, served',
    'adds: served, served',
    'replaces: served, closed',
    'empties: closed, closed',
    'opens: served, served',
  ]);
  expect(answers.kinetd).toEqual(answers.debian);
});
