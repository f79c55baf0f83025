/** kinetd explain: the values of a service with their places, and what would happen to a client. */
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { open } from '../../daemon/client.ts';
import { startControlled } from '../../daemon/commands.ts';
import { Kinetd, service } from '../../daemon/kinetd.ts';

const main = `defaults
{
	instances = 7
	only_from = 10.0.0.0/8
}
includedir @FOLDER@/more
`;
const one = service('one', { only_from: '192.0.2.0/24', access_times: '8:00-20:00', flags: 'NOLIBWRAP' });

async function explain(...words: readonly string[]) {
  const command = new Kinetd({
    files: { 'x.conf': main, 'more/one': one.replace('only_from =', 'only_from +=') },
    // Nobody is asked who happens to run on this machine.
    command: [
      'kinetd',
      'explain',
      '-f',
      '@FOLDER@/x.conf',
      ...(words.includes('--control') ? [] : ['--control', 'none']),
      ...words,
    ],
  });
  const status = await command.ended();
  return { status, output: command.output, errors: command.errors, folder: command.folder };
}

test('each value with the file and line that it comes from', async () => {
  const { status, output, folder } = await explain('one');
  expect(status).toBe(0);
  expect(output).toContain(`service one: ready (${folder}/more/one:1)`);
  expect(output).toMatch(new RegExp(`instances +(=) 7 +# ${folder}/x.conf:3 \\(defaults\\)`));
  // Of a list, all lines that have a part in it.
  expect(output).toMatch(
    new RegExp(`only_from += 10.0.0.0/8 192.0.2.0/24 +# ${folder}/x.conf:4 \\(defaults\\), ${folder}/more/one:\\d+\n`),
  );
  expect(output).toMatch(/per_source += UNLIMITED +# default\n/);
});

test('an unknown service: a name that is near, and status 1', async () => {
  const { status, errors } = await explain('onne');
  expect(status).toBe(1);
  expect(errors).toContain('there is no service onne; did you mean one?');
});

test('what would happen to a client, rule by rule, with the verdict as status', async () => {
  const served = await explain('one', '--from', '192.0.2.7', '--at', '12:00');
  expect(served.status).toBe(0);
  expect(served.output).toMatch(/only_from and no_access: passes by only_from 192\.0\.2\.0\/24 \(.*more\/one:\d+\)/);
  expect(served.output).toMatch(/access_times: passes\n +bans, pauses, instances.*known to the running daemon alone/);
  expect(served.output).toContain('=> would be served');
  const inherited = await explain('one', '--from', '10.1.2.3', '--at', '12:00');
  expect(inherited.output).toMatch(/passes by only_from 10\.0\.0\.0\/8 \(.*x\.conf:4\)/);
  const late = await explain('one', '--from', '10.1.2.3', '--at', '23:30');
  expect([late.status, late.output]).toEqual([1, expect.stringContaining('=> would be refused (FAIL time)')]);
  const stranger = await explain('one', '--from', '2001:db8::1', '--at', '12:00');
  expect([stranger.status, stranger.output]).toEqual([
    1,
    expect.stringContaining('=> would be refused (FAIL address)'),
  ]);
});

test('--json has the same', async () => {
  const { output, folder, status } = await explain('one', '--json', '--from', '203.0.113.1', '--at', '12:00');
  expect(status).toBe(1);
  expect(JSON.parse(output)).toMatchObject([
    {
      id: 'one',
      state: 'ready',
      settings: { instances: 7 },
      places: { instances: [{ file: `${folder}/x.conf`, line: 3, defaults: true }], per_source: [] },
      client: { address: '203.0.113.1', verdict: 'deny', reason: 'address' },
    },
  ]);
});

test('a daemon that runs is asked about bans and pauses', async () => {
  const { daemon, ask } = await startControlled(service('cat', { instances: 3 }));
  const file = join(daemon.folder, 'x.conf');
  const about = (address: string, ...words: readonly string[]) =>
    ask('explain', 'cat', '-f', file, '--from', address, ...words);
  const welcome = await about('192.0.2.7');
  expect(welcome.status).toBe(0);
  expect(welcome.output).toMatch(
    /bans: passes\n[\s\S]*instances: known to the running daemon alone; taken as having room\n/,
  );
  expect(welcome.output).toMatch(/servers now: 0\/3\n +=> would be served/);

  expect((await ask('ban', '192.0.2.0/24', '--for', '1h')).status).toBe(0);
  const banned = await about('192.0.2.7');
  expect([banned.status, banned.output]).toEqual([
    1,
    expect.stringMatching(/bans: refuses by the ban of 192\.0\.2\.0\/24\n[\s\S]*would be refused \(FAIL banned\)/),
  ]);
  expect(JSON.parse((await about('192.0.2.7', '--json')).output)).toMatchObject([
    { client: { verdict: 'deny', reason: 'banned', steps: [{ rule: 'bans', by: { ban: '192.0.2.0/24' } }] } },
  ]);
  const afterwards = await about('192.0.2.7', '--at', '2100-01-01T12:00');
  expect([afterwards.status, afterwards.output]).toEqual([0, expect.stringContaining('bans: passes')]);

  expect((await ask('pause', 'cat')).status).toBe(0);
  const paused = await about('198.51.100.1');
  expect([paused.status, paused.output]).toEqual([
    1,
    expect.stringContaining('=> would wait, for the service is paused'),
  ]);
});

test('a service whose instances all run has no place for a client that comes now', async () => {
  const { daemon, ask } = await startControlled(
    service('one', { instances: 1 }) + service('line', { instances: 1, queue: '5 10' }),
  );
  const about = (name: string, ...words: readonly string[]) =>
    ask('explain', name, '-f', join(daemon.folder, 'x.conf'), '--from', '192.0.2.7', ...words);
  for (const name of ['one', 'line']) {
    const client = await open(await daemon.address(name));
    client.write('x');
    await client.receive(/x/);
  }
  const full = await about('one');
  expect([full.status, full.output]).toEqual([
    1,
    expect.stringMatching(/servers now: 1\/1\n +=> would be refused \(FAIL service_limit\)/),
  ]);
  const later = await about('one', '--at', '2100-01-01T12:00');
  expect([later.status, later.output]).toEqual([0, expect.stringContaining('=> would be served')]);
  const queue = await about('line');
  expect([queue.status, queue.output]).toEqual([0, expect.stringContaining('=> would wait in the queue')]);
});

test('a daemon that is stuck is not waited for', async () => {
  const { daemon, ask } = await startControlled(service('cat', {}));
  await daemon.address('cat');
  daemon.signal('SIGSTOP');
  onTestFinished(() => daemon.signal('SIGCONT'));
  const { status, errors } = await ask('explain', 'cat', '-f', join(daemon.folder, 'x.conf'), '--from', '192.0.2.7');
  expect([status, errors]).toEqual([3, expect.stringMatching(/the daemon at .*control\.sock does not answer/)]);
});

test('a daemon that was named and does not answer', async () => {
  const { status, errors } = await explain('one', '--from', '10.0.0.1', '--control', '@FOLDER@/nobody.sock');
  expect([status, errors]).toEqual([3, expect.stringMatching(/no kinetd answers at .*nobody\.sock/)]);
});

test('what is no address or no time is wrong usage', async () => {
  expect((await explain('one', '--from', 'example')).status).toBe(2);
  expect((await explain('one', '--from', '10.0.0.1', '--at', '25:00')).status).toBe(2);
});
