/** `kinetd convert --to kinetd`, `xinetd` and `inetd`: files, exit statuses, and a daemon that runs with the result. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { command, type Said } from '../../daemon/commands.ts';
import { currentUser, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';

function source(text: string, name = 'source'): string {
  const path = join(testFolder(), name);
  writeFileSync(path, text);
  return path;
}

function convert(text: string, ...words: readonly string[]): Promise<Said> {
  return command('convert', '-f', source(text), ...words);
}

const line = `# mine\n127.0.0.1:0 stream tcp4 nowait.0 ${currentUser()} /bin/cat cat\n`;
const inetd = `# kinetd: dialect busybox\n${line}`;

test('a daemon serves what an inetd.conf has been converted to', async () => {
  const { output, status, errors } = await convert(inetd, '--to', 'kinetd');
  expect(status).toBe(3);
  expect(errors).toMatch(/^\S+source:3: passenv is not expressed: an inetd takes PATH/m);
  expect(output).toContain('# mine\nservice 0\n{\n');
  const daemon = await startKinetd({ files: { 'kinetd.conf': output } });
  expect((await talk(await daemon.address('0'), { send: 'hello' })).text).toBe('hello');
});

test('nothing is lost on the way from a configuration of kinetd to one, and the status says so', async () => {
  const { output, status, errors } = await convert(service('cat', { timeout: 60 }), '--to', 'kinetd');
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  expect(output).toContain('\ttimeout = 60 5\n');
});

test('the output is a file, or a file of its usual name in a folder that is there', async () => {
  const folder = testFolder();
  const text = service('cat', { port: 47_001 });
  const file = join(folder, 'mine.conf');
  expect((await convert(text, '--to', 'xinetd', '-o', file)).status).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('service cat\n');
  expect((await convert(text, '--to', 'xinetd', '-o', folder)).status).toBe(0);
  expect(readFileSync(join(folder, 'xinetd.conf'), 'utf8')).toBe(
    readFileSync(file, 'utf8').replace(
      /^# Conv.*/,
      /^# Conv.*/.exec(readFileSync(join(folder, 'xinetd.conf'), 'utf8'))?.[0] ?? '',
    ),
  );
  const again = await convert(text, '--to', 'xinetd', '-o', folder);
  expect(again.status).toBe(1);
  expect(again.errors).toContain('xinetd.conf is there already (--force writes over files that are there)');
  chmodSync(file, 0o600);
  expect((await convert(text, '--to', 'xinetd', '-o', file, '--force')).status).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const missing = await convert(text, '--to', 'xinetd', '-o', join(folder, 'no/such/file'));
  expect(missing.status).toBe(1);
  expect(missing.errors).toMatch(/^kinetd: ENOENT/m);
});

test('a refused service is told in its place and at the end', async () => {
  for (const target of ['kinetd', 'xinetd', 'inetd', 'systemd']) {
    const { output, status, errors } = await convert(
      `${service('one', {})}# why not\n${service('bad', { instances: 'x' })}`,
      '--to',
      target,
    );
    expect(status).toBe(1);
    expect(output).toMatch(
      /^# why not\n# Not converted: service bad \(\S+source:13\): it is refused: 'x' is not a whole number\n#\| service bad\n/m,
    );
    expect(errors).toMatch(/source:13: service bad: not converted: it is refused: /);
  }
});

test('a configuration with a mistake in defaults is not converted', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'units'));
  const { output, status } = await convert(
    `defaults\n{\n\tonly_from = x,y\n}\n${service('one', {})}`,
    '--to',
    'kinetd',
    '-o',
    join(folder, 'file'),
  );
  expect({ output, status }).toEqual({ output: '', status: 1 });
  expect(existsSync(join(folder, 'file'))).toBe(false);
});

test('an inetd.conf is written in the spelling of the inetd that is named', async () => {
  const { output } = await convert(
    `${service('one', { port: 47_002, command: "/bin/echo 'a b'" }).replace(/\tserver = .*\n/, '')}`,
    '--to',
    'inetd',
    '--inetd',
    'netbsd',
  );
  expect(output).toContain('# kinetd: dialect netbsd\n');
  expect(output).toContain(`127.0.0.1:47002 stream tcp nowait.3000 ${currentUser()} /bin/echo echo "a b"\n`);
});

test('files and losses come as JSON too', async () => {
  const { output } = await convert(line.replace(':0 ', ':47003 '), '--to', 'xinetd', '--dialect', 'gnu', '--json');
  const json: unknown = JSON.parse(output);
  expect(json).toMatchObject({
    files: { 'xinetd.conf': expect.stringContaining('service 47003') },
    losses: [{ attribute: 'passenv', line: 2 }],
  });
});
