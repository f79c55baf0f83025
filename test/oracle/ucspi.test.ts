/** Programs for UCSPI, under Debian's tcpserver and tcpsvd, and under kinetd with environment = ucspi. */
import { expect } from 'vitest';

import { type Address, open, talk } from '../daemon/client.ts';
import { withNameServer } from '../daemon/hosts.ts';
import { identObstacle, startIdentd } from '../daemon/identd.ts';
import { type Kinetd, service, startKinetd } from '../daemon/kinetd.ts';
import { canMount } from '../daemon/mounts.ts';
import { nameServer } from '../daemon/name-server.ts';
import { shell } from '../daemon/programs.ts';
import { until } from '../daemon/until.ts';
import { difference, same } from './pair.ts';
import { type Findings, findings, probe, without } from './probe.ts';
import { baseEnvironment } from './side.ts';
import { mailfront, missing, startUcspi, tool, type UcspiServer } from './ucspi-server.ts';

const needs = { personality: 'ucspi', obstacle: () => missing('tcpserver') } as const;
const needsSvd = { personality: 'ucspi', obstacle: () => missing('tcpsvd') } as const;
const needsMail = { personality: 'ucspi', obstacle: () => missing('tcpserver', 'mailfront') } as const;
const needsNames = {
  personality: 'ucspi',
  obstacle: () => missing('tcpserver') ?? identObstacle() ?? (canMount ? undefined : 'no mount namespaces here'),
} as const;

/** Neither names nor an ident server are asked for. */
const quiet = ['-H', '-R', '-l', 'here.example.org'];

interface Both {
  readonly debian: UcspiServer;
  readonly kinetd: Kinetd;
  /** The same client for both. */
  readonly both: <T>(client: (address: Address) => Promise<T>) => Promise<{ debian: T; kinetd: T }>;
}

interface Setting {
  readonly server?: 'tcpserver' | 'tcpsvd';
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
  /** A name server's address, where the daemon alone asks. */
  readonly names?: string;
  /** A script that the program may be, as @FOLDER@/script. */
  readonly script?: string;
}

/** The program, with its arguments, under both; what it writes to stderr is a line of `log` under kinetd. */
async function under(program: readonly string[], setting: Setting = {}): Promise<Both> {
  const { server = 'tcpserver', words = quiet, environment = {}, attributes, names, script } = setting;
  const [path = '', ...args] = program;
  const kinetd = await startKinetd({
    files: {
      'x.conf': service('s', {
        environment: 'ucspi',
        resolve: 'no',
        command: [path, ...args].map((word) => `'${word}'`).join(' '),
        log_type: 'FILE @FOLDER@/log',
        log_on_success: 'PID EXIT',
        server: '',
        ...attributes,
      }).replace(/\tserver = .*\n/, ''),
      ...(script === undefined ? {} : { script }),
    },
    environment: { ...baseEnvironment, ...environment },
    cleanEnvironment: true,
    ...(names === undefined ? {} : { wrapper: withNameServer(names) }),
  });
  const placed = program.map((word) => word.replace('@FOLDER@', kinetd.folder));
  const debian = await startUcspi(server, words, placed, environment);
  const address = await kinetd.address('s');
  return {
    debian,
    kinetd,
    both: async (client) => ({ debian: await client(debian), kinetd: await client(address) }),
  };
}

async function found(address: Address, from?: string): Promise<Findings> {
  const { text } = await talk(address, { halfClose: false, ...(from === undefined ? {} : { from }) });
  return findings(text);
}

const counts = ['TCPCONNNUM', 'TCPCONCURRENCY'];
/** They are not the same port twice. */
function portless({ environment }: Findings): Readonly<Record<string, string>> {
  return without(environment, [...counts, 'TCPREMOTEPORT', 'TCPLOCALPORT', 'DNSCACHEIP', 'PWD']);
}

same(needs, 'environment, words and descriptors of a program under tcpserver', async () => {
  const { both } = await under([probe(), 'one', 'two words'], { attributes: { env: 'TCPLOCALHOST=here.example.org' } });
  const { debian, kinetd } = await both((address) => found(address, '127.0.0.2'));
  expect(portless(debian)).toEqual({
    ...baseEnvironment,
    PROTO: 'TCP',
    TCPLOCALHOST: 'here.example.org',
    TCPLOCALIP: '127.0.0.1',
    TCPREMOTEIP: '127.0.0.2',
  });
  expect(portless(kinetd)).toEqual(portless(debian));
  for (const name of ['TCPREMOTEPORT', 'TCPLOCALPORT']) {
    expect(Number(debian.environment[name])).toBeGreaterThan(0);
    expect(Number(kinetd.environment[name])).toBeGreaterThan(0);
  }
  const alike = ['argc', 'argv.1', 'argv.2', 'descriptor.0', 'descriptor.1', 'descriptor.3'];
  const facts = ({ facts: all }: Findings) => alike.map((name) => [name, all[name]]);
  expect(facts(kinetd)).toEqual(facts(debian));
  for (const { facts: all } of [debian, kinetd]) expect(all['descriptor.2']).not.toContain('same-as-0');
});

difference(needs, 'the program is told how many servers its client has', async () => {
  const { both } = await under([probe()]);
  const { debian, kinetd } = await both((address) => found(address));
  expect(counts.map((name) => debian.environment[name])).toEqual([undefined, undefined]);
  expect(counts.map((name) => kinetd.environment[name])).toEqual(['1', '1']);
});

difference(needs, 'argv[0] is the last component of the program', async () => {
  const { both } = await under([probe()]);
  const { debian, kinetd } = await both((address) => found(address));
  expect(debian.facts['argv.0']).toBe(probe());
  expect(kinetd.facts['argv.0']).toBe('probe');
});

same(needsSvd, 'TCPCONCURRENCY under tcpsvd -C is the number of servers of the one client', async () => {
  const script = shell('echo "$PROTO $TCPCONCURRENCY"; read -r line\n');
  const { both } = await under(['@FOLDER@/script'], { server: 'tcpsvd', words: ['-C', '9'], script });
  const { debian, kinetd } = await both(async (address) => {
    const said: string[] = [];
    for (const from of ['127.0.0.1', '127.0.0.1', '127.0.0.2']) {
      said.push(await (await open(address, from)).receive(/\n/));
    }
    return said;
  });
  expect(debian).toEqual(['TCP 1\n', 'TCP 2\n', 'TCP 1\n']);
  expect(kinetd).toEqual(debian);
});

same(
  needs,
  'what a program complains about goes to the log and not to its client, and its status is told',
  async () => {
    const script = shell('read -r line; echo "got $line"; echo "bad $line" >&2; exit 3\n');
    const { debian, kinetd, both } = await under(['@FOLDER@/script'], { words: [...quiet, '-v'], script });
    const answers = await both((address) => talk(address, { send: 'this\n' }));
    expect(answers.debian.text).toBe('got this\n');
    expect(answers.kinetd.text).toBe('got this\n');
    await until(() => (/^bad this$[\s\S]*^tcpserver: end \d+ status 768$/m.test(debian.errors) ? true : undefined));
    await kinetd.file('log', /STDERR: s pid=(\d+) bad this\n[\s\S]*EXIT: s status=3 pid=\1\n/);
  },
);

same(needsNames, 'names of both ends and the user, as a name server and an ident server tell them', async () => {
  const identd = await startIdentd((theirs, ours) => `${theirs} , ${ours} : USERID : UNIX,X : j o\te \r\n`);
  const names = await nameServer({
    names: { [identd.address]: 'Cat.example.org', '127.0.0.1': 'here.example.org' },
    addresses: { 'cat.example.org': identd.address, 'here.example.org': '127.0.0.1' },
  });
  const { both } = await under([probe()], {
    words: [],
    environment: { DNSCACHEIP: names.address },
    attributes: { resolve: 'yes', log_on_success: 'USERID' },
    names: names.address,
  });
  const { debian, kinetd } = await both((address) => found(address, identd.address));
  const told = { TCPLOCALHOST: 'here.example.org', TCPREMOTEHOST: 'cat.example.org', TCPREMOTEINFO: 'joe' };
  expect(portless(kinetd)).toMatchObject(told);
  expect({ ...portless(debian), TCPREMOTEHOST: debian.environment['TCPREMOTEHOST']?.toLowerCase() }).toEqual(
    portless(kinetd),
  );
});

difference(needsNames, 'a name that does not lead back to the client is not told, as under tcpserver -p', async () => {
  const names = await nameServer({
    names: { '127.0.0.2': 'cat.example.org', '127.0.0.1': 'here.example.org' },
    addresses: { 'cat.example.org': '127.0.0.9', 'here.example.org': '127.0.0.1' },
  });
  const setting = {
    environment: { DNSCACHEIP: names.address },
    attributes: { resolve: 'yes' },
    names: names.address,
  };
  const { both } = await under([probe()], { words: ['-R'], ...setting });
  const { debian, kinetd } = await both((address) => found(address, '127.0.0.2'));
  expect(debian.environment['TCPREMOTEHOST']).toBe('cat.example.org');
  expect(kinetd.environment['TCPREMOTEHOST']).toBeUndefined();
  expect(kinetd.environment['TCPLOCALHOST']).toBe('here.example.org');
  const paranoid = await under([probe()], { words: ['-R', '-p'], ...setting });
  expect((await found(paranoid.debian, '127.0.0.2')).environment['TCPREMOTEHOST']).toBeUndefined();
});

difference(needsNames, 'what an ident server says beyond printable ASCII is not told', async () => {
  const identd = await startIdentd((theirs, ours) => `${theirs} , ${ours} : USERID : UNIX : \x1b[2Jjoe\r\n`);
  const { both } = await under([probe()], {
    words: ['-H', '-l', 'here'],
    attributes: { log_on_success: 'USERID' },
  });
  const { debian, kinetd } = await both((address) => found(address, identd.address));
  expect(debian.environment['TCPREMOTEINFO']).toBe('\x1b[2Jjoe');
  expect(kinetd.environment['TCPREMOTEINFO']).toBeUndefined();
});

same(needs, 'recordio copies a conversation into the log', async () => {
  const { debian, kinetd, both } = await under([tool('recordio'), '/bin/sh', '-c', 'read x; echo got $x']);
  const { debian: one, kinetd: two } = await both((address) => talk(address, { send: 'hello\n', halfClose: false }));
  expect([one.text, two.text]).toEqual(['got hello\n', 'got hello\n']);
  await until(() => (/^\d+ < hello $[\s\S]*^\d+ > got hello $/m.test(debian.errors) ? true : undefined));
  await kinetd.file('log', /STDERR: s pid=\d+ \d+ < hello ?\n[\s\S]*STDERR: s pid=\d+ \d+ > got hello ?\n/);
});

same(needs, 'fixcrio, addcr, delcr and argv0 stand before a program', async () => {
  const sh = (script: string): readonly string[] => ['/bin/sh', '-c', script];
  const programs: readonly (readonly string[])[] = [
    [tool('fixcrio'), ...sh('read x; echo got $x')],
    sh(`${tool('delcr')} | ${tool('addcr')}`),
    [tool('argv0'), '/bin/sh', 'another-name', '-c', 'read x; ps -o args= -p $$ | cut -c1-12; echo $0'],
  ];
  for (const program of programs) {
    const { both } = await under(program);
    const { debian, kinetd } = await both(async (address) => (await talk(address, { send: 'hi\r\n' })).text);
    expect(debian).toMatch(/hi|another-name/);
    expect(kinetd).toBe(debian);
  }
});

same(needs, 'rblsmtpd turns clients away in place of the program, or starts it, as RBLSMTPD says', async () => {
  const program = [tool('rblsmtpd'), '-t', '5', '/bin/echo', '220 welcome'];
  const answers = async (verdict: string) => {
    const { both } = await under(program, { environment: { RBLSMTPD: verdict } });
    return both(async (address) => (await talk(address, { send: 'RCPT TO:<a@b>\r\nQUIT\r\n' })).text);
  };
  const listed = await answers('-listed, sorry');
  expect(listed.debian).toContain('553 listed, sorry');
  expect(listed.kinetd).toBe(listed.debian);
  const other = await answers('');
  expect(other).toEqual({ debian: '220 welcome\n', kinetd: '220 welcome\n' });
});

same(needsMail, 'mailfront greets with TCPLOCALHOST and keeps its complaints for the log', async () => {
  const { debian, kinetd, both } = await under([mailfront.program, 'smtp', 'echo'], {
    environment: mailfront.environment,
    attributes: { env: 'TCPLOCALHOST=here.example.org' },
  });
  const dialogue = 'EHLO me\r\nMAIL FROM:<a@b>\r\nQUIT\r\n';
  const answers = await both(async (address) => (await talk(address, { send: dialogue, halfClose: false })).text);
  expect(answers.debian).toMatch(/^220 here\.example\.org mailfront ESMTP\r\n250-here\.example\.org\r\n[\s\S]*221 /);
  expect(answers.kinetd).toBe(answers.debian);
  await until(() => (/^mailfront\[\d+\]: MAIL FROM:<a@b>$/m.test(debian.errors) ? true : undefined));
  await kinetd.file('log', /STDERR: s pid=(\d+) mailfront\[\1\]: MAIL FROM:<a@b>\n/);
});
