/** argv of a server, whatever its configuration calls it. */
import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { currentUser, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';

async function argvOf(attributes: Readonly<Record<string, string>>): Promise<string[]> {
  const daemon = await startKinetd({ files: { 'x.conf': service('show', { server: '/bin/cat', ...attributes }) } });
  return words((await talk(await daemon.address('show'))).text);
}

function words(text: string): string[] {
  return text.replace(/\0$/, '').split('\0');
}

test('argv[0] is the last component of server', async () => {
  expect(await argvOf({ server_args: '/proc/self/cmdline' })).toEqual(['cat', '/proc/self/cmdline']);
});

test('NAMEINARGS takes argv[0] from server_args', async () => {
  const argv = ['another-name', '/proc/self/cmdline'];
  expect(await argvOf({ flags: 'NAMEINARGS', server_args: 'another-name /proc/self/cmdline' })).toEqual(argv);
});

test('NAMEINARGS may stand after server_args', async () => {
  const argv = ['another-name', '/proc/self/cmdline'];
  expect(await argvOf({ server_args: 'another-name /proc/self/cmdline', flags: 'NAMEINARGS' })).toEqual(argv);
});

/** The words after argv[0], by a program that prints them. */
async function printed(words: string): Promise<string[]> {
  const entry = service('show', { server: '/usr/bin/printf', server_args: `%s\\n ${words}` });
  const daemon = await startKinetd({ files: { 'x.conf': entry } });
  return (await talk(await daemon.address('show'))).text.replace(/\n$/, '').split('\n');
}

test('words are split at blanks and tabs, and quotes and # belong to them', async () => {
  expect(await printed('one  two\t"b c" a # b')).toEqual(['one', 'two', '"b', 'c"', 'a', '#', 'b']);
});

test('command: words in quotes may hold blanks, and may be empty', async () => {
  const command = "/usr/bin/printf '%s\\n' 'one  two' '' \"it's\" a\\ b";
  const entry = service('show', { command }).replace(/\tserver = .*\n/, '');
  const daemon = await startKinetd({ files: { 'x.conf': entry } });
  expect((await talk(await daemon.address('show'))).text).toBe("one  two\n\nit's\na b\n");
});

test('a thousand arguments arrive', async () => {
  const many = Array.from({ length: 1000 }, (_, index) => `argument-${index}`);
  expect(await printed(many.join(' '))).toEqual(many);
});

test('a program without server_args gets its name alone', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('show', { server: '@FOLDER@/count' }), count: '#!/bin/sh\necho "$0 $#"\n' },
  });
  expect((await talk(await daemon.address('show'))).text).toBe(`${daemon.folder}/count 0\n`);
});

test('in an inetd.conf the word after the program is argv[0]', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({
    files: {
      'inetd.conf': `127.0.0.1:${port} stream tcp nowait ${currentUser()} /bin/cat in.cat /proc/self/cmdline\n`,
    },
  });
  await daemon.address(String(port));
  expect(words((await talk({ host: '127.0.0.1', port })).text)).toEqual(['in.cat', '/proc/self/cmdline']);
});
