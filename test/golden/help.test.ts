/** The help of every command, as it is; and completion scripts that a shell can use. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import { command } from '../daemon/commands.ts';
import { root, testFolder } from '../daemon/kinetd.ts';
import { programPath } from '../daemon/programs.ts';
import { hasTmux, Terminal } from '../daemon/terminal.ts';

const programs = { kinetd: join(root, 'bin/kinetd'), inetd: join(root, 'bin/inetd'), xinetd: join(root, 'bin/xinetd') };

/** Every command that `kinetd --help` lists. */
const overview = execFileSync(process.execPath, [programs.kinetd, '--help'], { encoding: 'utf8' });
const listed = overview.slice(overview.indexOf('\nCommands:\n'), overview.indexOf('\nExamples:\n'));
const commands = [...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');

test('help of kinetd', async () => {
  expect(commands).toContain('status');
  await expect(overview).toMatchFileSnapshot('help/kinetd.txt');
});

/** What `kinetd COMMAND --help` comes to, of all in one process: to start one for each takes longer than all else here. */
function helpOf(names: readonly string[]): ReadonlyMap<string, { readonly status: number; readonly output: string }> {
  const script = `
    const { kinetd } = require(${JSON.stringify(join(root, 'dist/bin/load.js'))}).load('kinetd.js');
    const write = process.stdout.write.bind(process.stdout);
    (async () => {
      const found = [];
      for (const name of ${JSON.stringify(names)}) {
        let output = '';
        process.stdout.write = (text) => { output += text; return true; };
        const status = await kinetd([name, '--help']);
        found.push([name, { status, output }]);
      }
      write(JSON.stringify(found));
    })();`;
  return new Map(JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })));
}

let helps: ReturnType<typeof helpOf> = new Map();
beforeAll(() => {
  helps = helpOf(commands);
});

/** `npx vitest run test/golden/help.test.ts -u` writes them anew. */
test.each(commands)('help of %s', async (name) => {
  const { status, output = '' } = helps.get(name) ?? {};
  expect(status).toBe(0);
  expect(output).toMatch(/^Examples?:\n {2}.*kinetd /m);
  expect(output).toMatch(/^Exit status: 0/m);
  await expect(output).toMatchFileSnapshot(`help/${name}.txt`);
});

test('usage of the personalities', async () => {
  for (const [name, word, status] of [['inetd', '--help', 0], ['xinetd', 'help', 1]] as const) {
    const run = spawnSync(process.execPath, [programs[name], word], { encoding: 'utf8' });
    expect(run.status).toBe(status);
    await expect(run.stdout + run.stderr).toMatchFileSnapshot(`help/${name}.txt`);
  }
});

test('bash completes commands, options and their values', async () => {
  const script = join(testFolder(), 'completion');
  writeFileSync(script, (await command('completion', 'bash')).output);
  const complete = (...words: readonly string[]): string[] =>
    execFileSync('bash', ['-c', `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kinetd; echo "\${COMPREPLY[@]}"`, 'bash', script, 'kinetd', ...words], { encoding: 'utf8' }).trim().split(' ');
  expect(complete('re')).toEqual(['reload', 'resume']);
  expect(complete('status', '--w')).toEqual(['--watch']);
  expect(complete('kill', '--signal', 'SIGU')).toEqual(['SIGUSR1', 'SIGUSR2']);
  expect(complete('serve', '8080', '--launch', 'f')).toEqual(['forkserver']);
  expect(complete('serve', '8080', '--', 'mkfif')).toContain('mkfifo');
  expect(complete('serve', '8080', '--per')).toEqual(['--per-source']);
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

/** Their scripts in the shells themselves, where these are installed. */
const fish = programPath('fish');
const zsh = programPath('zsh');

test.runIf(fish !== undefined)('fish completes commands, options and their values', async () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'completion'), (await command('completion', 'fish')).output);
  const complete = (line: string): string[] =>
    execFileSync(fish ?? '', ['-c', 'source $HOME/completion; complete -C $argv[1]', line], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder },
    })
      .trim()
      .split('\n')
      .map((found) => found.split('\t')[0] ?? '');
  expect(complete('kinetd re')).toEqual(['reload', 'resume']);
  expect(complete('kinetd status --w')).toEqual(['--watch']);
  expect(complete('kinetd kill --signal SIGU')).toEqual(['SIGUSR1', 'SIGUSR2']);
  expect(complete('kinetd serve 8080 --launch f')).toEqual(['forkserver']);
  expect(complete('kinetd serve 8080 -- mkfif')).toContain('mkfifo');
});

test.runIf(zsh !== undefined && hasTmux)('zsh completes commands, options and their values', async () => {
  const script = join(testFolder(), 'completion');
  writeFileSync(script, (await command('completion', 'zsh')).output);
  const terminal = new Terminal(100, 24);
  await terminal.shows(/ready:/);
  terminal.type(`PS1='zsh: ' ${zsh} -f`);
  terminal.keys('Enter');
  await terminal.shows(/^zsh:/m);
  terminal.type(`autoload -U compinit; compinit -u -D; source ${script}; compdef _kinetd kinetd; echo is $((40+2))`);
  terminal.keys('Enter');
  await terminal.shows(/^is 42$/m);
  for (const [typed, completed] of [
    ['unb', 'unban '],
    ['status --w', 'status --watch '],
    ['kill --signal SIGK', 'kill --signal SIGKILL '],
    ['serve 8080 -- mkfif', 'serve 8080 -- mkfifo '],
  ] as const) {
    terminal.type(`kinetd ${typed}`);
    terminal.keys('Tab');
    terminal.type('| ');
    await terminal.shows(new RegExp(`^zsh: kinetd ${completed.trim()} ?\\|`, 'm'));
    terminal.keys('C-u');
  }
});
