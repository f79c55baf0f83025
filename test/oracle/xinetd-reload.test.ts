/** SIGHUP: what is said, which sockets and servers stay, and what a broken configuration does to a running daemon. */
import { once } from 'node:events';
import { renameSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect } from 'vitest';

import { open } from '../daemon/client.ts';
import { alive, until } from '../daemon/until.ts';
import { defaults, entry, loggingDefaults } from './entry.ts';
import { type Answers, compare, difference, same } from './pair.ts';
import type { Needs } from './programs.ts';
import { bound, type Message, type Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

/** Files whose ports are known from the start, also of services that only a reload brings. */
function files(text: string, ...later: readonly string[]): Readonly<Record<string, string>> {
  return { 'xinetd.conf': `${loggingDefaults}${text}`, later: later.join('\n') };
}

/** Writes the configuration anew, reloads, and gives the words of the messages in their order. */
async function reload(side: Side, text: string): Promise<readonly string[]> {
  side.write('xinetd.conf', `${loggingDefaults}${text}`);
  return words(await side.reload());
}

/** xinetd says once more that it takes over defaults, which are no step of their own in kinetd. */
function words(messages: readonly Message[]): readonly string[] {
  return messages.map(({ level, text }) => `${level}: ${text}`).filter((text) => text !== 'NOTICE: Swapping defaults');
}

/** An open connection to an echoing service whose server runs. */
async function holding(side: Side, port: string): Promise<Awaited<ReturnType<typeof open>>> {
  const connection = await open(side.at(port));
  connection.write('first');
  await connection.receive(/first/);
  return connection;
}

async function stillEchoes(connection: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  connection.write('second');
  return Promise.race([connection.receive(/second/).then(() => true), connection.closed().then(() => false)]);
}

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

same(needs, 'a new service is opened, and a connection of another goes on', async () => {
  const answers = await compare({ personality: 'xinetd', files: files(entry('old'), entry('new')) }, async (side) => {
    const connection = await holding(side, 'old');
    const said = await reload(side, entry('old') + entry('new'));
    return [said, await stillEchoes(connection), await side.fares('new')];
  });
  alike(answers, [
    [
      'NOTICE: Starting reconfiguration',
      'NOTICE: readjusting service old',
      'NOTICE: Reconfigured: new=1 old=1 dropped=0 (services)',
    ],
    true,
    'served',
  ]);
});

same(needs, 'SIGUSR2 reloads as well', async () => {
  const answers = await compare({ personality: 'xinetd', files: files(entry('old'), entry('new')) }, async (side) => {
    side.write('xinetd.conf', entry('old') + entry('new'));
    side.signal('SIGUSR2');
    await side.says(/Reconfigured: new=1 old=1 dropped=0/);
    return side.fares('new');
  });
  alike(answers, 'served');
});

same(needs, 'a removed service closes its port', async () => {
  const answers = await compare(
    { personality: 'xinetd', files: files(entry('stays') + entry('goes')) },
    async (side) => {
      const said = await reload(side, entry('stays'));
      return [said, await side.fares('stays'), await side.fares('goes')];
    },
  );
  alike(answers, [
    [
      'NOTICE: Starting reconfiguration',
      'NOTICE: readjusting service stays',
      'NOTICE: service goes deactivated',
      'NOTICE: Reconfigured: new=0 old=1 dropped=1 (services)',
    ],
    'served',
    'no port',
  ]);
});

difference(needs, 'servers of a removed service go on until they end', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      files: files(entry('stays') + entry('goes') + entry('moves'), entry('moves', { port: '@PORT:other@' })),
    },
    async (side) => {
      const connections = [await holding(side, 'goes'), await holding(side, 'moves')];
      const said = await reload(side, entry('stays') + entry('moves', { port: '@PORT:other@' }));
      return { said, echoes: await Promise.all(connections.map(stillEchoes)) };
    },
  );
  expect(debian.echoes).toEqual([false, false]);
  expect(debian.said).toContainEqual(expect.stringMatching(/^WARNING: Sending signal 9 to goes server \d+$/));
  expect(kinetd.echoes).toEqual([true, true]);
  expect(kinetd.said).toContain('NOTICE: service goes deactivated, 1 servers go on until they end');
});

same(
  needs,
  'a changed server, list or limit keeps the socket and the connection, and holds for the next client',
  async () => {
    const before = entry('s', { instances: 5 }) + entry('t') + entry('u');
    const after =
      entry('s', { instances: 1 }) +
      entry('t', { server: '/bin/echo', server_args: 'new' }) +
      entry('u', { only_from: '127.0.0.2' });
    const answers = await compare({ personality: 'xinetd', files: files(before) }, async (side) => {
      const connections = [await holding(side, 's'), await holding(side, 't'), await holding(side, 'u')];
      await reload(side, after);
      const echoes = await Promise.all(connections.map(stillEchoes));
      const next = await open(side.at('t'));
      const lists = [await side.fares('u'), await side.fares('u', '127.0.0.1', { from: '127.0.0.2' })];
      return [echoes, await side.fares('s'), await next.closed(), lists];
    });
    alike(answers, [[true, true, true], 'closed', 'new\n', ['closed', 'served']]);
  },
);

same(needs, 'a changed port closes the old one and opens the new one', async () => {
  const answers = await compare(
    { personality: 'xinetd', files: files(entry('s'), entry('s', { port: '@PORT:other@' })) },
    async (side) => {
      const said = await reload(side, entry('s', { port: '@PORT:other@' }));
      return [said.at(-1), await side.fares('s'), await side.fares('other')];
    },
  );
  alike(answers, ['NOTICE: Reconfigured: new=1 old=0 dropped=1 (services)', 'no port', 'served']);
});

same(needs, 'a changed bind moves the service', async () => {
  const moved = entry('s', { bind: '127.0.0.2' });
  const answers = await compare({ personality: 'xinetd', files: files(entry('s'), moved) }, async (side) => {
    const said = await reload(side, moved);
    return [said.at(-1), await side.fares('s', '127.0.0.1'), await side.fares('s', '127.0.0.2')];
  });
  alike(answers, ['NOTICE: Reconfigured: new=0 old=1 dropped=0 (services)', 'no port', 'served']);
});

difference(needs, 'a bind that is taken out opens the service to everyone', async () => {
  const narrow = entry('s', { flags: 'IPv4' });
  const wide = entry('s', { flags: 'IPv4', bind: undefined });
  const { debian, kinetd } = await compare({ personality: 'xinetd', files: files(narrow, wide) }, async (side) => {
    await reload(side, wide);
    return side.fares('s', '127.0.0.2');
  });
  expect({ debian, kinetd }).toEqual({ debian: 'no port', kinetd: 'served' });
});

difference(needs, 'a service that cannot move goes on where it is', async () => {
  const moved = entry('s', { port: '@PORT:taken@' });
  const answers = await compare({ personality: 'xinetd', files: files(entry('s'), moved) }, async (side) => {
    const occupant = createServer().listen(side.at('taken'));
    await once(occupant, 'listening');
    const said = await reload(side, moved);
    const fares = await side.fares('s');
    occupant.close();
    await once(occupant, 'close');
    await reload(side, moved);
    return { fares, last: said.at(-1), moved: await side.fares('taken') };
  });
  expect(answers.debian.fares).toBe('no port');
  expect(answers.kinetd).toEqual({
    fares: 'served',
    last: 'NOTICE: Reconfigured: new=0 old=1 dropped=0 (services)',
    moved: 'served',
  });
});

same(needs, 'a configuration that is gone changes nothing', async () => {
  const answers = await compare({ personality: 'xinetd', files: files(entry('s')) }, async (side) => {
    unlinkSync(join(side.folder, 'xinetd.conf'));
    await side.reload();
    const warning = side.messages.find(({ text }) => text.startsWith('reconfiguration failed'));
    return [warning?.level, await side.fares('s')];
  });
  alike(answers, ['WARNING', 'served']);
});

same(needs, 'no services left: a daemon that stays alive goes on', async () => {
  const answers = await compare({ personality: 'xinetd', files: files(entry('s')) }, async (side) => {
    const said = await reload(side, '');
    const then = await reload(side, entry('s'));
    return [said.at(-1), then.at(-1), await side.fares('s')];
  });
  alike(answers, [
    'NOTICE: Reconfigured: new=0 old=0 dropped=1 (services)',
    'NOTICE: Reconfigured: new=1 old=0 dropped=0 (services)',
    'served',
  ]);
});

same(needs, 'log files of services are opened anew', async () => {
  const answers = await compare({ personality: 'xinetd', files: files(entry('s')) }, async (side) => {
    await side.fares('s');
    await side.logged('s', /^EXIT/);
    renameSync(join(side.folder, 'service.log'), join(side.folder, 'rotated.log'));
    await side.reload();
    await side.fares('s');
    const fresh = await side.logged('s', /^EXIT/);
    return [side.lines('s', 'rotated.log').length, fresh.length];
  });
  alike(answers, [2, 2]);
});

difference(needs, "the daemon's own log is opened anew", async () => {
  const { debian, kinetd } = await compare({ personality: 'xinetd', files: files(entry('s')) }, async (side) => {
    renameSync(join(side.folder, 'daemon.log'), join(side.folder, 'rotated.log'));
    side.signal('SIGHUP');
    await until(() => (/Reconfigured/.test(side.read('daemon.log') + side.read('rotated.log')) ? true : undefined));
    return /Reconfigured/.test(side.read('daemon.log'));
  });
  expect({ debian, kinetd }).toEqual({ debian: false, kinetd: true });
});

difference(needs, 'a bad value in defaults leaves the running configuration alone', async () => {
  const { debian, kinetd } = await compare({ personality: 'xinetd', files: files(entry('s')) }, async (side) => {
    side.write('xinetd.conf', defaults({ instances: 'x' }) + entry('s'));
    await side.reload();
    return side.name === 'Debian' ? side.ended : side.fares('s');
  });
  expect({ debian, kinetd }).toEqual({ debian: 0, kinetd: 'served' });
});

difference(needs, 'a service whose new text is broken goes on with the old one', async () => {
  const { debian, kinetd } = await compare(
    { personality: 'xinetd', files: files(entry('s') + entry('t')) },
    async (side) => {
      const connection = await holding(side, 's');
      await reload(side, entry('s', { nice: 'x' }) + entry('t'));
      const during = [await stillEchoes(connection), await side.fares('s'), await side.fares('t')];
      await reload(side, entry('s') + entry('t'));
      return [...during, await side.fares('s')];
    },
  );
  expect(debian).toEqual([false, 'no port', 'served', 'served']);
  expect(kinetd).toEqual([true, 'served', 'served', 'served']);
});

difference(needs, 'services of an included file that cannot be read go on', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      files: { 'xinetd.conf': `${loggingDefaults}include @FOLDER@/part\n${entry('s')}`, part: entry('t') },
    },
    async (side) => {
      unlinkSync(join(side.folder, 'part'));
      await side.reload();
      return [await side.fares('s'), await side.fares('t')];
    },
  );
  expect({ debian, kinetd }).toEqual({ debian: ['served', 'no port'], kinetd: ['served', 'served'] });
});

/** Takes the port of a service before its daemon starts, and gives it back. */
async function occupy(side: Side, port: string): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(side.at(port).port, '127.0.0.1', resolve));
  return () => new Promise((resolve) => server.close(() => resolve()));
}

same(needs, 'a port that is taken loses that service alone, and a reload brings it once the port is free', async () => {
  const release = new Map<Side, () => Promise<void>>();
  const answers = await compare(
    {
      personality: 'xinetd',
      files: files(entry('s') + entry('t')),
      unready: true,
      before: async (side) => void release.set(side, await occupy(side, 's')),
    },
    async (side) => {
      await side.ready();
      const said = words(side.messages).filter((text) => text.includes('bind failed') || text.includes('deactivated'));
      const other = await side.fares('t');
      await release.get(side)?.();
      await side.reload();
      await bound(side.at('s').port, true);
      return { said, other, later: await side.fares('s') };
    },
  );
  for (const { said, other, later } of [answers.debian, answers.kinetd]) {
    expect(said[0]).toBe('ERROR: bind failed (Address already in use (errno = 98)). service = s');
    expect(said.at(-1)).toMatch(/^ERROR: Service s failed to start and is deactivated\./);
    expect([other, later]).toEqual(['served', 'served']);
  }
});

difference(needs, 'a port that is taken is tried again until it is free', async () => {
  const release = new Map<Side, () => Promise<void>>();
  const answers = await compare(
    {
      personality: 'xinetd',
      files: files(entry('s') + entry('t')),
      unready: true,
      before: async (side) => void release.set(side, await occupy(side, 's')),
    },
    async (side) => {
      await side.ready();
      await release.get(side)?.();
      const attempts = words(side.messages).filter((text) => text.includes('bind failed')).length;
      if (side.name === 'kinetd') await bound(side.at('s').port, true);
      return [attempts, await side.fares('s')];
    },
  );
  expect(answers).toEqual({ debian: [11, 'no port'], kinetd: [1, 'served'] });
});

same(needs, 'a reload does not end servers of services that stay', async () => {
  const answers = await compare(
    { personality: 'xinetd', files: files(entry('s', { server: '@PROBE@', server_args: '-r' })) },
    async (side) => {
      const connection = await open(side.at('s'));
      const text = await connection.receive(/^argc/m);
      const pid = Number(/^pid (\d+)$/m.exec(text)?.[1]);
      await side.reload();
      return pid > 0 && alive(pid);
    },
  );
  alike(answers, true);
});
