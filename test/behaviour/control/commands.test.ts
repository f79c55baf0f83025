import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { command, startControlled } from '../../daemon/commands.ts';
import { Kinetd, root, service, testFolder } from '../../daemon/kinetd.ts';
import { alive, until } from '../../daemon/until.ts';

/** Where the keys are promised. */
const logging = readFileSync(join(root, 'docs/logging.md'), 'utf8');

test('status and ps tell services, clients and servers', async () => {
  const { daemon, ask } = await startControlled(
    service('cat', { instances: 3 }) + service('closed', { only_from: '192.0.2.1' }),
  );
  const client = await open(await daemon.address('cat'));
  client.write('x');
  await client.receive(/x/);
  await talk(await daemon.address('closed'));
  const { status, output } = await ask('status', '--json');
  expect(status).toBe(0);
  expect(JSON.parse(output)).toMatchObject({
    pid: daemon.pid,
    services: [
      { id: 'cat', state: 'listening', running: 1, instances: 3, accepted: 1, started: 1, refused: {} },
      { id: 'closed', running: 0, accepted: 1, started: 0, refused: { address: 1 } },
    ],
  });
  expect((await ask('status')).output).toMatch(/^cat +listening +1\/3 +1 +1 +- +tcp 127\.0\.0\.1:\d+$/m);
  const servers: unknown = JSON.parse((await ask('ps', '--json')).output);
  expect(servers).toMatchObject([{ service: 'cat', peer: '127.0.0.1', memory: expect.any(Number) }]);
  expect((await ask('ps')).output).toMatch(/^PID +SERVICE +PEER +AGE +CPU +MEMORY\n\d+ +cat +127\.0\.0\.1 +\d+s /);
  client.socket.destroy();
});

test('counts go on over a reload that keeps the service, and last errors are told', async () => {
  const { daemon, ask } = await startControlled(service('broken', { server: '@FOLDER@/program' }), {
    files: { 'x.conf': service('broken', { server: '@FOLDER@/program' }), program: '#!/no/such/interpreter\n' },
  });
  await talk(await daemon.address('broken'));
  await daemon.reload();
  await talk(await daemon.address('broken'));
  const { output } = await ask('status');
  expect(output).toMatch(/^broken +listening +0 +2 +0 +exec 2 /m);
  expect(output).toMatch(/Last errors:\n {2}broken: \d+s ago: .*program/);
});

test('ps tells whom the worker serves, and status why a socket cannot be had', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const echo = service('echo', { type: 'INTERNAL UNLISTED' }).replace(/.*server = .*\n/, '');
  const { daemon, ask } = await startControlled(echo + service('taken', { port }));
  const client = await open(await daemon.address('echo'));
  client.write('x');
  await client.receive(/x/);
  const servers: unknown = JSON.parse((await ask('ps', '--json')).output);
  expect(servers).toMatchObject([{ service: 'echo', peer: '127.0.0.1', kind: 'worker', memory: null }]);
  expect((await ask('ps')).output).toMatch(/^worker +echo +127\.0\.0\.1 +\d+s +- +-$/m);
  client.socket.destroy();
  expect((await ask('status')).output).toMatch(
    /^taken +down .*(.*\n)*Last errors:\n {2}taken: \d+s ago: bind failed \(Address already in use \(errno = 98\)\)$/m,
  );
});

test('reload waits and says what has changed, and its status is 1 when not all of the text is in force', async () => {
  const { daemon, ask } = await startControlled(service('one', {}));
  daemon.write('x.conf', service('one', {}) + service('two', {}));
  expect(await ask('reload')).toMatchObject({
    status: 0,
    output: 'started: two\nreloaded: 1 started, 1 kept, 0 dropped, 0 with their old text\n',
  });
  daemon.write('x.conf', service('one', { instances: 'many' }));
  const broken = await ask('reload');
  expect(broken.status).toBe(1);
  expect(broken.output).toMatch(/^error: .*x\.conf:\d+: /m);
  expect(broken.output).toMatch(/^dropped: two$/m);
  expect(broken.output).toMatch(/kept with the old text.*: one$/m);
  const json: unknown = JSON.parse((await ask('reload', '--json')).output);
  expect(json).toMatchObject({ usable: true, retained: ['one'] });
});

test('stop ends the daemon and its servers, and waits for that', async () => {
  const { daemon, ask } = await startControlled(service('cat', {}));
  const client = await open(await daemon.address('cat'));
  client.write('x');
  await client.receive(/x/);
  const servers = JSON.parse((await ask('ps', '--json')).output) as { pid: number }[];
  expect(await ask('stop')).toMatchObject({ status: 0, output: 'stopping\nstopped\n' });
  expect(servers.filter(({ pid }) => alive(pid))).toEqual([]);
  expect(await daemon.ended()).toBe(0);
  const after = await ask('status');
  expect(after).toMatchObject({ status: 3, output: '' });
  expect(after.errors).toContain(`no kinetd answers at ${daemon.folder}/control.sock`);
});

test.each([
  'status',
  'status --json',
  'status --watch',
  'ps',
  'reload',
  'stop',
  'kill 4711',
  'pause cat',
  'resume cat',
  'ban 192.0.2.1',
  'unban 192.0.2.1',
  'bans',
  'tail',
  'loglevel',
])('without a daemon %s says which socket it has looked for, with status 3', async (words) => {
  const path = join(testFolder(), 'control.sock');
  const { status, output, errors } = await command(...words.split(' '), '--control', path);
  expect([status, output]).toEqual([3, '']);
  expect(errors).toBe(`kinetd: no kinetd answers at ${path} (is it running, and with another --control?)\n`);
});

test('kill ends a server of the daemon, and no other process', async () => {
  const { daemon, ask } = await startControlled(service('cat', {}));
  const client = await open(await daemon.address('cat'));
  client.write('x');
  await client.receive(/x/);
  const [server] = JSON.parse((await ask('ps', '--json')).output) as { pid: number }[];
  const pid = String(server?.pid);
  expect(await ask('kill', String(daemon.pid))).toMatchObject({ status: 1, output: '' });
  expect((await ask('kill', String(process.pid))).errors).toContain('is no server of this daemon');
  expect((await ask('kill', pid, '--signal', 'SIGKILL')).output).toBe(`SIGKILL sent to server ${pid}\n`);
  await until(() => client.socket.readableEnded || client.socket.destroyed || undefined);
  expect(JSON.parse((await ask('status', '--json')).output)).toMatchObject({
    services: [{ running: 0, ended: { zero: 0, status: 0, signal: 1 } }],
  });
});

test('a paused service keeps its clients waiting, over a reload too, until it is resumed', async () => {
  const { daemon, ask } = await startControlled(service('cat', {}));
  const address = await daemon.address('cat');
  expect((await ask('pause', 'CAT')).status).toBe(0);
  await daemon.reload();
  const waiting = talk(address, { send: 'later' });
  expect((await ask('status')).output).toMatch(/^cat +paused +0 +0 +0 /m);
  expect(await ask('pause', 'cat')).toMatchObject({ status: 1, errors: 'kinetd: service cat is paused already\n' });
  expect((await ask('pause', 'dog')).errors).toContain('there is no service dog');
  expect((await ask('resume', 'cat')).status).toBe(0);
  expect((await waiting).text).toBe('later');
});

test('a banned client gets FAIL banned from every service, over a reload too, until the ban is over', async () => {
  const logged = { log_type: 'FILE @FOLDER@/log', log_on_failure: 'HOST' };
  const { daemon, ask } = await startControlled(
    service('cat', logged) + service('sensor', { ...logged, flags: 'SENSOR', deny_time: 'FOREVER' }),
  );
  const address = await daemon.address('cat');
  expect((await ask('ban', '127.0.0.2/31', '--for', '1h')).output).toBe('127.0.0.2/31 banned for 3600 seconds\n');
  await daemon.reload();
  expect((await talk(address, { from: '127.0.0.3', send: 'x' })).text).toBe('');
  await daemon.file('log', /FAIL: cat banned from=127\.0\.0\.3/);
  expect((await talk(address, { from: '127.0.0.4', send: 'x' })).text).toBe('x');
  expect((await ask('bans')).output).toMatch(/^127\.0\.0\.2\/31 +59m\d\ds$/m);
  expect((await ask('unban', '127.0.0.3')).errors).toContain('127.0.0.3 is not banned');
  expect((await ask('unban', '127.0.0.3/31')).status).toBe(0);
  expect((await talk(address, { from: '127.0.0.3', send: 'x' })).text).toBe('x');
  await ask('ban', '127.0.0.5', '--for', '1');
  await until(async () => (await talk(address, { from: '127.0.0.5', send: 'x' })).text || undefined);
  expect((await ask('ban', 'localhost')).errors).toContain('not an address or a prefix');
});

test('tail tells what happens as it happens, as far as it is asked for', async () => {
  const { daemon, control } = await startControlled(service('cat', {}) + service('dog', {}));
  const look = (...words: string[]): Kinetd =>
    new Kinetd({ files: {}, command: ['kinetd', 'tail', '--control', control, ...words] });
  const all = look('--service', 'cat', '--address', '127.0.0.2');
  const json = look('--json', '--event', 'exit');
  await until(async () => {
    await talk(await daemon.address('dog'), { from: '127.0.0.2' });
    await talk(await daemon.address('cat'));
    await talk(await daemon.address('cat'), { from: '127.0.0.2' });
    // It may have come to look between the two of one client, so the first of its lines may be an EXIT.
    return /START.*EXIT/s.test(all.output) && /\n/.test(json.output) ? true : undefined;
  });
  expect(all.output).toMatch(/^\d\d:\d\d:\d\d START: cat pid=\d+ from=127\.0\.0\.2$/m);
  expect(all.output).not.toMatch(/dog|127\.0\.0\.1/);
  const [first = ''] = json.output.split('\n');
  expect(JSON.parse(first)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    service: expect.any(String),
    event: 'exit',
    pid: expect.any(Number),
    address: expect.any(String),
    status: 0,
    duration_seconds: expect.any(Number),
    cpu_seconds: expect.any(Number),
    memory_bytes: expect.any(Number),
  });
  for (const key of Object.keys(JSON.parse(first))) expect(logging).toMatch(new RegExp(`^\\| \`${key}\` \\|`, 'm'));
  expect(json.output).not.toContain('"start"');
  all.signal('SIGINT');
  expect(await all.ended()).toBe(0);
  await daemon.stop();
  expect(await json.ended()).toBe(1);
  expect(json.errors).toContain('the daemon has ended');
});

test('tail tells what the daemon says, unless it is asked for a service, and also what its log leaves out', async () => {
  const { daemon, control, ask } = await startControlled(service('cat', {}));
  await ask('loglevel', 'CRITICAL');
  const look = (...words: string[]): Kinetd =>
    new Kinetd({ files: {}, command: ['kinetd', 'tail', '--control', control, ...words] });
  const all = look();
  const json = look('--json', '--event', 'message');
  const others = [
    look('--service', 'cat'),
    look('--event', 'start'),
    look('--level', 'CRITICAL'),
    look('--address', '::1'),
  ];
  await until(async () => {
    await ask('pause', 'cat');
    await ask('resume', 'cat');
    await talk(await daemon.address('cat'));
    const heard = /EXIT/.test(all.output) && /was paused/.test(all.output) && /\n/.test(json.output);
    return heard && others.slice(0, 3).every((each) => /START/.test(each.output)) ? true : undefined;
  });
  expect(all.output).toMatch(/^\d\d:\d\d:\d\d kinetd: .*cat was paused/m);
  const [first = ''] = json.output.split('\n');
  expect(JSON.parse(first)).toEqual({
    time: expect.stringMatching(/Z$/),
    event: 'message',
    level: expect.stringMatching(/^(notice|info)$/),
    text: expect.any(String),
  });
  expect(json.output).not.toContain('"start"');
  for (const other of others) expect(other.output).not.toMatch(/was paused|was resumed/);
  expect(daemon.errors).not.toMatch(/was paused/);
});

test('loglevel is asked for and set', async () => {
  const { daemon, ask } = await startControlled(service('cat', {}));
  expect((await ask('loglevel')).output).toBe('INFO\n');
  expect((await ask('loglevel', 'error')).output).toBe('ERROR\n');
  await ask('pause', 'cat');
  await ask('loglevel', 'NOTICE');
  await ask('resume', 'cat');
  await daemon.says(/cat was resumed/);
  expect(daemon.errors).not.toMatch(/cat was paused/);
});
