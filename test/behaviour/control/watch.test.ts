import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { startControlled } from '../../daemon/commands.ts';
import { service } from '../../daemon/kinetd.ts';
import { hasTmux, Terminal } from '../../daemon/terminal.ts';
import { until } from '../../daemon/until.ts';

const three = service('alpha', {}) + service('beta', {}) + service('gamma', { only_from: '192.0.2.1' });

/** The ids on the screen, from above. */
function order(terminal: Terminal): string {
  return [...terminal.screen().matchAll(/^(alpha|beta|gamma) /gm)].map(([, id]) => id).join(' ');
}

test.runIf(hasTmux)(
  '--watch shows services, their activity and more of it, sorted by a key, and q gives the terminal back',
  async () => {
    const { daemon, control } = await startControlled(three);
    const terminal = new Terminal(100, 24);
    await terminal.shows(/ready:/);
    terminal.kinetd('status', '--watch', '--control', control);
    await terminal.shows(/^kinetd [\d.]+, pid \d+, up .*, 3 services$/m);
    expect(terminal.alternate).toBe(true);
    expect(order(terminal)).toBe('alpha beta gamma');
    const client = await open(await daemon.address('beta'));
    await talk(await daemon.address('gamma'));
    await terminal.shows(/^beta +listening +1 +[\d.]+ +.*█.* 1 +-/m);
    terminal.type('r');
    await until(() => order(terminal).startsWith('beta') || undefined);
    terminal.type('f');
    await until(() => order(terminal).startsWith('gamma') || undefined);
    terminal.type('n');
    await until(() => order(terminal) === 'alpha beta gamma' || undefined);
    await talk(await daemon.address('gamma'));
    terminal.type('a');
    await until(() => order(terminal).startsWith('gamma') || undefined);
    terminal.type('q');
    await until(() => !terminal.alternate || undefined);
    await terminal.shows(/ready:\s*$/); // until then the program may still read the keys
    terminal.type('echo is $((40+2))');
    terminal.keys('Enter');
    await terminal.shows(/^is 42$/m);
    client.socket.destroy();
  },
);

test.runIf(hasTmux)(
  '--watch fits terminals of any size, also when it changes, and Ctrl-C gives them back',
  async () => {
    const { control } = await startControlled(three);
    const terminal = new Terminal(100, 24);
    await terminal.shows(/ready:/);
    terminal.kinetd('status', '--watch', '--control', control);
    await terminal.shows(/gamma/);
    terminal.resize(30, 5);
    await terminal.shows(/^sort: \[n\]ame/m);
    await until(() => (order(terminal) === 'alpha' ? true : undefined));
    expect(
      terminal
        .screen()
        .split('\n')
        .filter((line) => line.length > 30),
    ).toEqual([]);
    terminal.resize(120, 30);
    await terminal.shows(/gamma/);
    terminal.keys('C-c');
    await until(() => !terminal.alternate || undefined);
    await terminal.shows(/ready:\s*$/); // until then the program may still read the keys
    terminal.type('stty -a | grep -c -- -icanon');
    terminal.keys('Enter');
    await terminal.shows(/^0$/m);
  },
);

test.runIf(hasTmux)('the end of the daemon ends --watch with a message on a terminal as it was', async () => {
  const { daemon, control } = await startControlled(three);
  const terminal = new Terminal(100, 24);
  await terminal.shows(/ready:/);
  terminal.type('NO_COLOR=1; export NO_COLOR');
  terminal.keys('Enter');
  terminal.kinetd('status', '--watch', '--control', control);
  await terminal.shows(/gamma/);
  expect(terminal.screen(true)).not.toContain('\x1b[1m');
  await daemon.stop();
  await terminal.shows(/has closed the connection/);
  expect(terminal.alternate).toBe(false);
});
