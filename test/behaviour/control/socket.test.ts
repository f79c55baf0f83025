import { statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { command, startControlled } from '../../daemon/commands.ts';
import { asNobody, isRoot, Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { until } from '../../daemon/until.ts';

/** A connection to the control socket, and the lines that came. */
async function connected(path: string): Promise<{ readonly socket: Socket; readonly lines: () => string[] }> {
  const socket = connect(path);
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return { socket, lines: () => text.split('\n').slice(0, -1) };
}

const configuration = service('cat', {});

test('the socket is for its owner alone, and goes with the daemon', async () => {
  const { daemon, control } = await startControlled(configuration);
  expect(statSync(control).mode & 0o777).toBe(0o600);
  await daemon.stop();
  expect(() => statSync(control)).toThrow('ENOENT');
});

test('a second daemon leaves the socket of the first alone, says so, and serves without one', async () => {
  const first = await startControlled(configuration);
  const second = await startKinetd({
    files: { 'x.conf': service('dog', {}) },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--control', first.control],
  });
  await second.says(/no control socket at .*control\.sock: another daemon answers there; the daemon goes on/);
  expect((await talk(await second.address('dog'), { send: 'x' })).text).toBe('x');
  await second.stop();
  expect((await first.ask('status')).output).toContain('cat');
});

test('what a daemon that was killed has left is replaced, and any other file is not', async () => {
  const first = await startControlled(configuration);
  first.daemon.signal('SIGKILL');
  await first.daemon.ended();
  const words = ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--control'] as const;
  const second = await startKinetd({ files: { 'x.conf': configuration }, command: [...words, first.control] });
  expect((await first.ask('status')).status).toBe(0);
  const file = join(second.folder, 'precious');
  writeFileSync(file, 'data');
  const third = await startKinetd({ files: { 'x.conf': configuration }, command: [...words, file] });
  await third.says(/no control socket at .*precious/);
  expect(second.read('precious')).toBe('data');
});

test.runIf(isRoot)('another user may not, and a member of the control group may', async () => {
  const { daemon, control } = await startControlled(configuration, {
    command: [
      'kinetd',
      'run',
      '-f',
      '@FOLDER@/x.conf',
      '--control',
      '@FOLDER@/control.sock',
      '--control-group',
      'nogroup',
    ],
  });
  const asking = (wrapper: readonly string[]): Kinetd =>
    new Kinetd({ files: {}, command: ['kinetd', 'bans', '--control', control], wrapper });
  expect(statSync(control).mode & 0o777).toBe(0o660);
  const stranger = asking(['setpriv', '--reuid=nobody', '--regid=daemon', '--clear-groups', '--inh-caps=-all']);
  expect(await stranger.ended()).toBe(1);
  expect(stranger.errors).toContain('you may not control the kinetd at');
  expect(await asking(asNobody).ended()).toBe(0);
  const supplementary = ['setpriv', '--reuid=nobody', '--regid=daemon', '--groups=nogroup', '--inh-caps=-all'];
  expect(await asking(supplementary).ended()).toBe(0);
  expect(daemon.errors).not.toMatch(/warning/);
});

test.runIf(isRoot)('a file mode that lets everybody in lets nobody in', async () => {
  const { control } = await startControlled(configuration);
  const { chmodSync } = await import('node:fs');
  chmodSync(control, 0o666);
  const stranger = new Kinetd({ files: {}, command: ['kinetd', 'bans', '--control', control], wrapper: asNobody });
  expect(await stranger.ended()).toBe(1);
  expect(stranger.errors).toMatch(/user \d+ may not control this daemon/);
});

test.each([
  ['no JSON', 'hello', /JSON object/],
  ['another version', '{"version":2,"command":"stop"}', /version 1/],
  ['an unknown command', '{"version":1,"command":"explode"}', /not a request/],
  ['a pid that is none', '{"version":1,"command":"kill","pid":-1,"signal":"SIGTERM"}', /not a request: pid/],
])('%s is answered with an error, and the connection goes on', async (_, line, message) => {
  const { control } = await startControlled(configuration);
  const { socket, lines } = await connected(control);
  socket.write(`${line}\n{"version":1,"command":"bans"}\n`);
  await until(() => lines()[1]);
  expect(JSON.parse(lines()[0] ?? '')).toEqual({ version: 1, error: expect.stringMatching(message) });
  expect(lines()[1]).toBe('{"version":1,"result":[]}');
});

test('a line without an end is cut off, and a caller too many is told so', async () => {
  const { control, daemon } = await startControlled(configuration);
  const endless = await connected(control);
  endless.socket.write('x'.repeat(10_000));
  await until(() => endless.socket.destroyed || undefined);
  const many = await Promise.all(Array.from({ length: 32 }, () => connected(control)));
  const last = await connected(control);
  await until(() => last.lines()[0]);
  expect(last.lines()[0]).toContain('too many connections');
  for (const { socket } of many) socket.destroy();
  await until(async () => ((await command('bans', '--control', control)).status === 0 ? true : undefined));
  expect((await talk(await daemon.address('cat'), { send: 'x' })).text).toBe('x');
});

test('a reader that does not read is dropped, and clients are served meanwhile', { timeout: 60_000 }, async () => {
  const { control, daemon } = await startControlled(configuration);
  const { socket } = await connected(control);
  socket.pause();
  socket.write('{"version":1,"command":"tail"}\n');
  const address = await daemon.address('cat');
  for (let round = 0; round < 20; round++) await talk(address, { send: 'x' });
  // Sixteen requests may wait for an answer; more than that is no caller but a flood.
  socket.write('{"version":1,"command":"reload"}\n'.repeat(40));
  socket.resume();
  await until(() => socket.destroyed || undefined);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});
