/** The help of every command, as it is; and completion scripts that a shell can use. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { command } from '../daemon/commands.ts';
import { testFolder } from '../daemon/kinetd.ts';

const commands = [
  'status', 'ps', 'reload', 'stop', 'kill', 'pause', 'resume', 'ban', 'unban', 'bans', 'tail', 'loglevel', 'completion',
];

/** `npx vitest run test/golden/help.test.ts -u` writes them anew. */
test.each(commands)('help of %s', async (name) => {
  const { status, output } = await command(name, '--help');
  expect(status).toBe(0);
  await expect(output).toMatchFileSnapshot(`help/${name}.txt`);
});

test('bash completes commands, options and their values', async () => {
  const script = join(testFolder(), 'completion');
  writeFileSync(script, (await command('completion', 'bash')).output);
  const complete = (...words: readonly string[]): string[] =>
    execFileSync('bash', ['-c', `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kinetd; echo "\${COMPREPLY[@]}"`, 'bash', script, 'kinetd', ...words], { encoding: 'utf8' }).trim().split(' ');
  expect(complete('re')).toEqual(['reload', 'resume']);
  expect(complete('status', '--w')).toEqual(['--watch']);
  expect(complete('kill', '--signal', 'SIGU')).toEqual(['SIGUSR1', 'SIGUSR2']);
  expect(complete('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
});

test('the scripts for zsh and fish name every command', async () => {
  const zsh = (await command('completion', 'zsh')).output;
  const fish = (await command('completion', 'fish')).output;
  for (const name of commands) {
    expect(zsh).toMatch(new RegExp(`^    ${name}\\) _arguments `, 'm'));
    expect(fish).toMatch(new RegExp(`^complete -c kinetd -f -n __fish_use_subcommand -a ${name} -d '`, 'm'));
  }
  expect((await command('completion', 'csh')).status).toBe(2);
});
