/** hosts.allow and hosts.deny: which rule means whom, under which name a service stands there, and what is logged. */
import { expect } from 'vitest';

import { talk } from '../daemon/client.ts';
import { entry, loggingDefaults } from './entry.ts';
import { compare, difference, same } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';
import { inViewOfItsOwn } from './view.ts';

const needs: Needs = { personality: 'xinetd', root: true, mounts: true };

/** The first is localhost, the second cat.example.org, the third has no name. */
const clients = ['127.0.0.1', '127.0.0.2', '127.0.1.1'];

const names = {
  hosts: '127.0.0.1 localhost\n127.0.0.2 cat.example.org\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
};

/** Client lists in hosts.deny, and how the clients fare: `S` served, `c` closed. */
const agreed: readonly (readonly [list: string, fates: string])[] = [
  ['ALL', 'ccc'],
  ['127.0.0.1', 'cSS'],
  ['127.0.0.1, 127.0.0.2', 'ccS'],
  ['127.0.0.1 127.0.0.2', 'ccS'],
  ['127.0.0.', 'ccS'],
  ['127.', 'ccc'],
  ['127.0.0.0/24', 'ccS'],
  ['127.0.0.0/255.255.255.0', 'ccS'],
  ['127.0.0.*', 'ccS'],
  ['127.?.0.1', 'cSS'],
  ['[::1]', 'SSS'],
  ['[2001:db8::]/32', 'SSS'],
  ['localhost', 'cSS'],
  ['CAT.Example.ORG', 'ScS'],
  ['.example.org', 'ScS'],
  ['cat.', 'ScS'],
  ['*.example.org', 'ScS'],
  ['LOCAL', 'cSS'],
  ['KNOWN', 'ccS'],
  ['UNKNOWN', 'SSc'],
  ['PARANOID', 'SSS'],
  ['ALL@127.0.0.2', 'ScS'],
  ['ALL EXCEPT 127.0.0.2', 'cSc'],
  ['ALL EXCEPT LOCAL, .example.org', 'SSc'],
  ['ALL EXCEPT 127.0.0. EXCEPT 127.0.0.2', 'Scc'],
  ['ALL : deny', 'ccc'],
  ['ALL : allow', 'SSS'],
  ['127.0.0.1 : severity=err', 'cSS'],
  ['127.0.0.1 : severity warning : DENY', 'cSS'],
];

interface Disagreement {
  readonly title: string;
  readonly lists: readonly (readonly [list: string, debian: string, kinetd: string])[];
}

const disagreed: readonly Disagreement[] = [
  {
    title: 'a client list that cannot be understood refuses everybody instead of nobody',
    lists: [
      ['300.1.1.1', 'SSS', 'ccc'],
      ['127.1', 'SSS', 'ccc'],
      ['127.0.0.0/33', 'SSS', 'ccc'],
      ['127.0.0.0/255.0.255.0', 'ccS', 'ccc'],
      ['::1', 'SSS', 'ccc'],
      ['@staff', 'SSS', 'ccc'],
      ['/etc/hosts.bad', 'SSS', 'ccc'],
      ['joe@127.0.0.1', 'SSS', 'ccc'],
    ],
  },
  {
    title: 'a block of hosts.deny may be written with any address inside of it',
    lists: [['127.0.0.1/24', 'SSS', 'ccS']],
  },
  {
    title: 'a # after a blank begins a comment in hosts.deny',
    lists: [['127.0.0.2 # 127.0.0.1', 'ccS', 'ScS']],
  },
];

const lists = [...agreed.map(([list]) => list), ...disagreed.flatMap(({ lists: some }) => some.map(([list]) => list))];

async function fates(side: Side): Promise<readonly string[]> {
  const found: string[] = [];
  for (const index of lists.keys()) {
    let letters = '';
    for (const from of clients) {
      letters += (await side.fares(`s${index}`, '127.0.0.1', { from })) === 'served' ? 'S' : 'c';
    }
    found.push(letters);
  }
  return found;
}

let all: ReturnType<typeof compareAll> | undefined;

/** All lists in one file, each for a service of its own. */
async function compareAll(): Promise<{ readonly debian: readonly string[]; readonly kinetd: readonly string[] }> {
  const files = {
    'xinetd.conf': loggingDefaults + lists.map((_, index) => entry(`s${index}`, { libwrap: `d${index}` })).join(''),
    'hosts.deny': lists.map((list, index) => `d${index}: ${list}\n`).join(''),
    ...names,
  };
  return compare(inViewOfItsOwn(files), fates);
}

same(needs, 'client lists of hosts.deny', async () => {
  all = compareAll();
  const { debian, kinetd } = await all;
  for (const [index, [list, expected]] of agreed.entries()) {
    expect({ list, debian: debian[index], kinetd: kinetd[index] }).toEqual({
      list,
      debian: expected,
      kinetd: expected,
    });
  }
});

for (const { title, lists: some } of disagreed) {
  difference(needs, title, async () => {
    all ??= compareAll();
    const { debian, kinetd } = await all;
    for (const [list, ...expected] of some) {
      const index = lists.indexOf(list);
      expect([list, debian[index], kinetd[index]]).toEqual([list, ...expected]);
    }
  });
}

same(needs, 'libwrap: the name of a service, NOLIBWRAP, and what is said about a refusal', async () => {
  const files = {
    'xinetd.conf':
      loggingDefaults +
      entry('plain') +
      entry('named', { libwrap: 'zz' }) +
      entry('argv', { flags: 'NAMEINARGS', server_args: '/opt/in.zcat' }) +
      entry('free', { flags: 'NOLIBWRAP', libwrap: 'zz' }) +
      entry('other', { libwrap: 'other' }),
    'hosts.allow': 'ALL EXCEPT cat, in.*, zz: ALL\n',
    'hosts.deny':
      '# cat: ALL\n\ncat: \\\n 127.0.0.1\nzz: ALL: severity err\nin.zcat: ALL: severity mail.debug\nALL: ALL\n',
    ...names,
  };
  const answers = await compare(inViewOfItsOwn(files), async (side) => {
    const fares: Record<string, string> = {};
    for (const id of ['plain', 'named', 'argv', 'free', 'other']) fares[id] = await side.fares(id);
    await side.says(/libwrap refused connection to argv/);
    const refusals = side.messages.filter(({ text }) => text.startsWith('libwrap refused'));
    return { fares, refusals: refusals.slice(0, 2), log: await side.logged('plain', /^FAIL/) };
  });
  const kinetdLog = ['FAIL: plain libwrap from=127.0.0.1'];
  expect(answers.debian.fares).toEqual({
    plain: 'closed',
    named: 'closed',
    argv: 'closed',
    free: 'served',
    other: 'served',
  });
  expect(answers.debian.refusals).toEqual([
    { level: 'INFO', text: 'libwrap refused connection to plain (libwrap=cat) from 127.0.0.1' },
    { level: 'ERROR', text: 'libwrap refused connection to named (libwrap=zz) from 127.0.0.1' },
  ]);
  expect(answers.kinetd.fares).toEqual(answers.debian.fares);
  expect(answers.kinetd.refusals).toEqual(answers.debian.refusals);
  expect(answers.kinetd.log).toEqual(kinetdLog);
  expect(answers.debian.log).toContain(kinetdLog[0]);
});

same(needs, 'hosts.allow and hosts.deny are read anew for each client', async () => {
  const files = { 'xinetd.conf': loggingDefaults + entry('s'), 'hosts.deny': 'ALL: ALL\n', ...names };
  const answers = await compare(inViewOfItsOwn(files), async (side) => {
    const first = await side.fares('s');
    side.write('etc/hosts.allow', 'cat: ALL\n');
    const second = await side.fares('s');
    side.write('etc/hosts.allow', 'cat: LOCAL EXCEPT localhost\n');
    return [first, second, await side.fares('s')];
  });
  expect(answers).toEqual({ debian: ['closed', 'served', 'closed'], kinetd: ['closed', 'served', 'closed'] });
});

same(
  needs,
  'banners of a rule, with what stands for percent signs, for those who are let in and those who are not',
  async () => {
    const signs = 'a=%a A=%A c=%c d=%d h=%h H=%H n=%n N=%N s=%s u=%u %% %x.\nwithout an end';
    const files = {
      'xinetd.conf': loggingDefaults + entry('s') + entry('t', { libwrap: 'Tee' }) + entry('v', { libwrap: 'gone' }),
      'hosts.allow': [
        'cat: 127.0.0.1: banners @FOLDER@/yes: allow',
        'Tee: ALL: banners = @FOLDER@/yes',
        'gone: ALL: banners @FOLDER@/nowhere: severity err\n',
      ].join('\n'),
      'hosts.deny': 'ALL: ALL: banners @FOLDER@/no\n',
      'yes/cat': signs,
      'yes/Tee': 'one\n\nthree\n',
      'no/cat': `no\n${signs}`,
      ...names,
    };
    const { debian, kinetd } = await compare(inViewOfItsOwn(files), async (side) => {
      const texts: string[] = [];
      // Those turned away send nothing: what xinetd leaves unread makes the kernel throw away the end of the banner.
      for (const from of clients) {
        texts.push((await talk(side.at('s'), { send: from === '127.0.0.1' ? 'hello' : '', from })).text);
      }
      for (const id of ['t', 'v']) texts.push((await talk(side.at(id), { send: 'hello' })).text);
      return texts;
    });
    expect(kinetd).toEqual(debian);
    const [served, refused, nameless, ...others] = kinetd;
    const server = 'N=localhost s=cat@localhost u=unknown % .\r\nwithout an end';
    expect(served).toBe(`a=127.0.0.1 A=127.0.0.1 c=127.0.0.1 d=cat h=127.0.0.1 H=127.0.0.1 n=localhost ${server}hello`);
    expect(refused).toMatch(/^no\r\na=127\.0\.0\.2 A=127\.0\.0\.1 .* n=cat\.example\.org N=localhost/);
    expect(nameless).toMatch(/ n=unknown N=localhost/);
    expect(others).toEqual(['one\r\n\r\nthree\r\nhello', 'hello']);
  },
);

difference(needs, 'a rule with an option that starts a program refuses', async () => {
  const files = {
    'xinetd.conf': loggingDefaults + entry('s') + entry('free', { libwrap: 'free' }),
    'hosts.allow': 'cat: ALL: spawn (/bin/true)\n',
    ...names,
  };
  const answers = await compare(inViewOfItsOwn(files), async (side) => [
    await side.fares('s'),
    await side.fares('free'),
  ]);
  expect(answers).toEqual({ debian: ['served', 'served'], kinetd: ['closed', 'served'] });
});

difference(needs, 'a line of hosts.deny without a colon refuses everybody', async () => {
  const files = { 'xinetd.conf': loggingDefaults + entry('s'), 'hosts.deny': 'ALL ALL\n', ...names };
  const answers = await compare(inViewOfItsOwn(files), (side) => side.fares('s'));
  expect(answers).toEqual({ debian: 'served', kinetd: 'closed' });
});
