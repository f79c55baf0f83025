/** environment = ucspi: what programs for tcpserver find; resolve = yes: the names of both ends. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { withHosts, withNameServer } from '../../daemon/hosts.ts';
import { identObstacle, startIdentd } from '../../daemon/identd.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { canMount } from '../../daemon/mounts.ts';
import { nameServer } from '../../daemon/name-server.ts';
import { shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const show = { server: '/bin/cat', server_args: '/proc/self/environ', passenv: '' };

async function environmentOf(daemon: Kinetd, id: string, from?: string): Promise<Record<string, string>> {
  const { text } = await talk(await daemon.address(id), from === undefined ? {} : { from });
  return Object.fromEntries(text.split('\0').flatMap((line) => (line === '' ? [] : [line.split(/=(.*)/s, 2)])));
}

test("it has UCSPI's variables and none of xinetd's, and inherits none", async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('s', { ...show, environment: 'ucspi', resolve: 'no', passenv: 'TCPREMOTEINFO TZ' }) },
    environment: { TZ: 'UTC', TCPREMOTEINFO: 'stale', REMOTE_HOST: 'stale' },
  });
  const address = await daemon.address('s');
  const client = await open(address, '127.0.0.2');
  const port = String(client.socket.localPort);
  expect((await client.closed()).split('\0').filter(Boolean).sort()).toEqual([
    'PROTO=TCP',
    'TCPCONCURRENCY=1',
    'TCPCONNNUM=1',
    'TCPLOCALIP=127.0.0.1',
    `TCPLOCALPORT=${address.port}`,
    'TCPREMOTEIP=127.0.0.2',
    `TCPREMOTEPORT=${port}`,
    'TZ=UTC',
  ]);
});

test('stderr is the log, also where defaults ask for the environment; stderr = client says otherwise', async () => {
  const complain = { server: '@FOLDER@/complain', log_type: 'FILE @FOLDER@/log' };
  const daemon = await startKinetd({
    files: {
      'x.conf': `defaults\n{\n\tenvironment = ucspi\n\tresolve = no\n}\n${service('log', complain)}${service('own', {
        ...complain,
        stderr: 'client',
      })}${service('old', { ...complain, environment: 'xinetd' })}`,
      complain: shell('echo out; echo err >&2\n'),
    },
  });
  expect((await talk(await daemon.address('log'))).text).toBe('out\n');
  await daemon.file('log', /STDERR: log pid=\d+ err$/m);
  expect((await talk(await daemon.address('own'))).text).toBe('out\nerr\n');
  expect((await talk(await daemon.address('old'))).text).toBe('out\nerr\n');
});

test('TCPCONNNUM counts the servers of the one client', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('s', { server: '@FOLDER@/number', environment: 'ucspi', resolve: 'no' }),
      number: shell('echo "$TCPCONNNUM"; read -r line\n'),
    },
  });
  const address = await daemon.address('s');
  const numbers: string[] = [];
  for (const from of ['127.0.0.1', '127.0.0.1', '127.0.0.2']) {
    numbers.push(await (await open(address, from)).receive(/\d+\n/));
  }
  expect(numbers).toEqual(['1\n', '2\n', '1\n']);
});

test.skipIf(identObstacle() !== undefined)(
  'TCPREMOTEINFO is the user whom USERID names, if the name is harmless',
  async () => {
    let said = 'UNIX : joe';
    const identd = await startIdentd((theirs, ours) => `${theirs} , ${ours} : USERID : ${said}\r\n`);
    const asked = { ...show, log_type: 'FILE @FOLDER@/log', log_on_success: 'USERID', resolve: 'no' };
    const daemon = await startKinetd({
      files: { 'x.conf': service('s', { ...asked, environment: 'ucspi' }) + service('old', asked) },
    });
    expect(await environmentOf(daemon, 's', identd.address)).toMatchObject({ TCPREMOTEINFO: 'joe' });
    expect(await environmentOf(daemon, 'old', identd.address)).not.toHaveProperty('TCPREMOTEINFO');
    said = 'UNIX : \x1b[2Jjoe';
    expect(await environmentOf(daemon, 's', identd.address)).not.toHaveProperty('TCPREMOTEINFO');
  },
);

test.skipIf(!canMount)('the names of both ends are told where resolve = yes, and no others', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('ucspi', { ...show, environment: 'ucspi' }) +
        service('xinetd', { ...show, resolve: 'yes' }) +
        service('unasked', show),
    },
    wrapper: withHosts(['127.0.0.1 here.example.org', '127.0.0.2 Cat.Example.org']),
  });
  const names = { TCPREMOTEHOST: 'cat.example.org', TCPLOCALHOST: 'here.example.org' };
  expect(await environmentOf(daemon, 'ucspi', '127.0.0.2')).toMatchObject(names);
  expect(await environmentOf(daemon, 'xinetd', '127.0.0.2')).toMatchObject({ ...names, REMOTE_HOST: '127.0.0.2' });
  expect(await environmentOf(daemon, 'unasked', '127.0.0.2')).not.toHaveProperty('TCPREMOTEHOST');
  const nameless = await environmentOf(daemon, 'ucspi', '127.0.0.3');
  expect(nameless).toHaveProperty('TCPLOCALHOST');
  expect(nameless).not.toHaveProperty('TCPREMOTEHOST');
});

test.skipIf(!canMount)('a name that leads elsewhere, or is none, is not told', async () => {
  const server = await nameServer({
    names: { '127.0.0.2': 'cat.example.org', '127.0.0.3': 'cat.example.org', '127.0.0.4': '$(reboot).example.org' },
    addresses: { 'cat.example.org': '127.0.0.2', '$(reboot).example.org': '127.0.0.4' },
  });
  const daemon = await startKinetd({
    files: { 'x.conf': service('s', { ...show, environment: 'ucspi' }) },
    wrapper: withNameServer(server.address),
  });
  const told: Record<string, string | undefined> = {};
  for (const from of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) {
    told[from] = (await environmentOf(daemon, 's', from))['TCPREMOTEHOST'];
  }
  expect(told).toEqual({ '127.0.0.2': 'cat.example.org', '127.0.0.3': undefined, '127.0.0.4': undefined });
});

test.skipIf(!canMount)('a client whose name is waited for counts, and holds up nobody', async () => {
  const server = await nameServer({ silent: /^PTR 127\.0\.0\.2$/, names: {} });
  const daemon = await startKinetd({
    files: { 'x.conf': service('s', { ...show, environment: 'ucspi', instances: '1' }) + service('other', show) },
    wrapper: withNameServer(server.address),
  });
  const waiting = await open(await daemon.address('s'), '127.0.0.2');
  await until(() => (server.questions.some((question) => question.endsWith('127.0.0.2')) ? true : undefined));
  expect(await environmentOf(daemon, 'other', '127.0.0.3')).toHaveProperty('REMOTE_HOST');
  expect((await talk(await daemon.address('s'), { from: '127.0.0.4' })).text).toBe('');
  await daemon.says(/^FAIL: s service_limit from=127\.0\.0\.4$/m);
  expect(await daemon.stop()).toBe(0);
  expect(await waiting.closed()).toBe('');
});
