/** The lines of an inetd.conf: families, addresses, words that are wrong, rates, wait services, reload. */
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { open, talk, UdpClient } from '../daemon/client.ts';
import { currentUser } from '../daemon/kinetd.ts';
import { fares, leaveStale } from '../daemon/unix-client.ts';
import { alive, until } from '../daemon/until.ts';
import { type Answers, compare, difference, same, sharedPair } from './pair.ts';
import { findings } from './probe.ts';
import type { Needs } from './programs.ts';
import { aWhile, bound, type Side } from './side.ts';

const needs: Needs = { personality: 'inetd', ipv6: true };
const user = currentUser();

/** A line that runs /bin/cat; the parts that matter here are given. */
function cat(id: string, address = '', protocol = 'tcp', wait = 'nowait', who = user): string {
  return `${address}@PORT:${id}@ stream ${protocol} ${wait} ${who} /bin/cat cat`;
}

const pair = sharedPair(needs, () => ({
  personality: 'inetd',
  files: {
    'inetd.conf': [
      '# a comment',
      '',
      cat('both'),
      cat('four', '', 'tcp4'),
      cat('six', '', 'tcp6'),
      cat('mapped', '', 'tcp46'),
      cat('local4', '127.0.0.1:'),
      cat('local6', '[::1]:'),
      cat('bare6', '::1:'),
      cat('local6six', '[::1]:', 'tcp6'),
      cat('star', '*:'),
      cat('colon', ':'),
      cat('pair4', '127.0.0.1,127.0.0.2:'),
      cat('pair46', '127.0.0.1,[::1]:'),
      cat('name', 'localhost:'),
      cat('wrongfamily', '127.0.0.1:', 'tcp6'),
      '127.0.0.1:',
      cat('default'),
      cat('override', '*:'),
      '*:',
      cat('reset'),
      cat('baduser', '', 'tcp4', 'nowait', 'no_such_user'),
      cat('badgroup', '', 'tcp4', 'nowait', `${user}:no_such_group`),
      cat('numeric', '', 'tcp4', 'nowait', '0'),
      `@PORT:badprogram@ stream tcp4 nowait ${user} /no/such/program x`,
      `@PORT:relative@ stream tcp4 nowait ${user} cat cat`,
      cat('waitfoo', '', 'tcp4', 'waitfoo'),
      cat('capital', '', 'tcp4', 'Nowait'),
      cat('nonumber', '', 'tcp4', 'nowait.x'),
      cat('none', '', 'tcp4', 'nowait.0'),
      cat('colonrate', '', 'tcp4', 'nowait:20'),
      cat('sctp', '', 'sctp'),
      cat('upper', '', 'TCP'),
      cat('overudp', '', 'udp'),
      `@PORT:few@ stream tcp4 nowait ${user}`,
      `@PORT:mixed@ dgram tcp nowait ${user} /bin/cat cat`,
      `@PORT:continued@ stream tcp4 nowait\n\t${user} /bin/cat\n  cat`,
      '# a comment ends it',
      `   @PORT:indented@ stream tcp4 nowait ${user} /bin/cat cat`,
      `@PORT:hash@ stream tcp4 nowait ${user} @PROBE@ probe # word`,
      `@PORT:crlf@ stream tcp4 nowait ${user} @PROBE@ probe word\r`,
      cat('rate', '', 'tcp4', 'nowait.3'),
      `127.0.0.1:@PORT:listener@ stream tcp4 wait ${user} @PROBE@ probe`,
      `127.0.0.1:@PORT:datagram@ dgram udp4 wait ${user} @PROBE@ probe`,
      `127.0.0.1:@PORT:queue@ dgram udp4 wait ${user} @PROBE@ probe`,
      `[::1]:@PORT:datagram6@ dgram udp6 wait ${user} @PROBE@ probe`,
      cat('last', '', 'tcp4'),
    ].join('\n'),
  },
  // Words that Debian's inetd does not understand leave their ports unbound there, so it is not waited for those.
  silent: ['wrongfamily', 'few', 'mixed', 'indented', 'overudp', 'sctp', 'upper'],
}));

/** Who is served, of clients to 127.0.0.1, 127.0.0.2 and ::1: `S`, `c` for closed at once, `-` for no port. */
async function reach(side: Side, id: string): Promise<string> {
  const letters = { served: 'S', closed: 'c', 'no port': '-' } as const;
  const outcomes = await Promise.all(['127.0.0.1', '127.0.0.2', '::1'].map((host) => side.fares(id, host)));
  return outcomes.map((outcome) => letters[outcome]).join('');
}

async function reaches(id: string, debian: string, kinetd: string = debian): Promise<void> {
  expect({ id, ...(await pair.both((side) => reach(side, id))) }).toEqual({ id, debian, kinetd });
}

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

same(needs, 'tcp is both families, a digit is one, 46 is one socket for both', async () => {
  await reaches('both', 'SSS');
  await reaches('four', 'SS-');
  await reaches('six', '--S');
  await reaches('mapped', 'SSS');
});

same(needs, 'an address before the service', async () => {
  await reaches('local4', 'S--');
  await reaches('local6', '--S');
  await reaches('bare6', '--S');
  await reaches('local6six', '--S');
  await reaches('pair4', 'SS-');
  await reaches('wrongfamily', '---');
  await reaches('name', 'S--');
});

same(needs, '*: and a colon alone are all addresses', async () => {
  await reaches('star', 'SSS');
  await reaches('colon', 'SSS');
});

same(needs, 'an address alone is the default of the lines below, until *: takes it back', async () => {
  await reaches('default', 'S--');
  await reaches('override', 'SSS');
  await reaches('reset', 'SSS');
});

difference(needs, 'a list of addresses may have both families', () => reaches('pair46', 'S--', 'S-S'));

same(needs, 'the last line needs no newline', () => reaches('last', 'SS-'));

same(needs, 'a line that begins with a blank continues the one above', () => reaches('continued', 'SS-'));

same(needs, 'an entry may begin with a blank where there is nothing to continue', () => reaches('indented', 'SS-'));

same(needs, 'nowait:N is nowait', () => reaches('colonrate', 'SS-'));

same(needs, 'a line that lacks fields, or whose socket type and protocol disagree, is left out', async () => {
  await reaches('few', '---');
  await reaches('mixed', '---');
});

difference(needs, 'a user, group or program that is not there is found when the line is read', async () => {
  for (const id of ['baduser', 'badgroup', 'numeric', 'badprogram']) await reaches(id, 'cc-', '---');
});

difference(needs, 'a program without a path is found in the usual folders', () => reaches('relative', 'cc-', 'SS-'));

difference(needs, 'a wait field that is misspelt loses the line', async () => {
  for (const id of ['waitfoo', 'capital', 'nonumber', 'none']) await reaches(id, 'SS-', '---');
});

difference(needs, 'an unknown protocol loses the line', async () => {
  for (const id of ['sctp', 'upper', 'overudp']) await reaches(id, 'SS-', '---');
});

async function argv(id: string): Promise<Answers<readonly string[]>> {
  return pair.both(async (side) => {
    const { facts } = findings((await talk(side.at(id), { halfClose: false })).text);
    return Object.entries(facts).flatMap(([name, value]) => (name.startsWith('argv.') ? [value] : []));
  });
}

same(needs, '# after the first column is part of a word', async () =>
  alike(await argv('hash'), ['probe', '#', 'word']),
);

difference(needs, 'a carriage return before the end of a line is no part of a word', async () => {
  // The probe's words come without blanks at their ends; the length of the answer tells.
  const { debian, kinetd } = await pair.both(async (side) =>
    (await talk(side.at('crlf'), { halfClose: false })).text.includes('word\r'),
  );
  expect({ debian, kinetd }).toEqual({ debian: true, kinetd: false });
});

difference(needs, '.N is N starts a minute, and who comes too early waits for the next minute', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const fates: string[] = [];
    for (let client = 0; client < 4; client++) fates.push(await side.fares('rate'));
    const next = side.fares('rate');
    next.catch(() => undefined);
    fates.push(side.name === 'Debian' ? await next : await Promise.race([next, aWhile().then(() => 'queued')]));
    return fates;
  });
  expect(debian).toEqual(['served', 'served', 'closed', 'closed', 'closed']);
  expect(kinetd).toEqual(['served', 'served', 'served', 'closed', 'queued']);
});

same(needs, 'a stream server that waits accepts for itself, and the next client starts another', async () => {
  const answers = await pair.both(async (side) => {
    const first = await side.found('listener');
    const second = await side.found('listener');
    return first.pid !== second.pid;
  });
  alike(answers, true);
});

async function ask(side: Side, id: string, text: string, host = '127.0.0.1'): Promise<string | undefined> {
  const client = new UdpClient(host.includes(':') ? 'udp6' : 'udp4');
  await client.send(side.at(id, host), text);
  const answer = await client.answer();
  client.close();
  return findings(answer).facts['input'];
}

same(needs, 'datagrams over IPv4 and IPv6', async () => {
  const answers = await pair.both(async (side) => [
    await ask(side, 'datagram', 'one'),
    await ask(side, 'datagram', 'two'),
    await ask(side, 'datagram6', 'three', '::1'),
  ]);
  alike(answers, ['one', 'two', 'three']);
});

same(needs, 'datagrams that come while a server runs start the next one', async () => {
  const answers = await pair.both(async (side) => {
    const client = new UdpClient();
    const answers: (string | undefined)[] = [];
    await Promise.all(['a', 'b', 'c'].map((text) => client.send(side.at('queue'), text)));
    while (answers.length < 3) answers.push(findings(await client.answer()).facts['input']);
    client.close();
    return answers;
  });
  alike(answers, ['a', 'b', 'c']);
});

difference({ ...needs, root: true }, 'a client whose own port is 20 is served like others', async () => {
  // One after the other: the port is one for the whole machine.
  const ask20 = (side: Side): Promise<string> =>
    side.fares('four', '127.0.0.1', { fromPort: 20 }).catch((error) => String(error));
  let debian: Promise<string> | undefined;
  const answers = await pair.both(async (side) => {
    if (side.name === 'Debian') {
      debian = ask20(side);
      return debian;
    }
    await debian;
    return ask20(side);
  });
  expect(answers).toEqual({ debian: 'closed', kinetd: 'served' });
});

same(needs, 'a Unix socket is for everybody, and takes the place of one that nobody serves', async () => {
  const files = { 'inetd.conf': `@FOLDER@/socket stream unix nowait ${user} /bin/cat cat\n${cat('s')}\n` };
  const before = (side: Side): void => leaveStale(join(side.folder, 'socket'));
  const answers = await compare({ personality: 'inetd', files, before }, async (side) => {
    const path = join(side.folder, 'socket');
    return [lstatSync(path).mode & 0o777, await fares(path), await side.fares('s')];
  });
  alike(answers, [0o666, 'served', 'served']);
});

difference(needs, 'a file in the place of a Unix socket is not removed', async () => {
  const files = { 'inetd.conf': `@FOLDER@/mine stream unix nowait ${user} /bin/cat cat\n${cat('s')}\n`, mine: 'text' };
  const { debian, kinetd } = await compare({ personality: 'inetd', files, unready: true }, async (side) => {
    await side.ready();
    return [await side.fares('s'), side.read('mine')];
  });
  expect({ debian, kinetd }).toEqual({ debian: ['served', ''], kinetd: ['served', 'text'] });
});

same(needs, 'the file of a Unix socket goes when the daemon stops', async () => {
  const files = { 'inetd.conf': `@FOLDER@/socket stream unix nowait ${user} /bin/cat cat\n${cat('s')}\n` };
  const answers = await compare({ personality: 'inetd', files }, async (side) => {
    const before = existsSync(join(side.folder, 'socket'));
    side.signal('SIGTERM');
    await side.ended;
    return [before, existsSync(join(side.folder, 'socket'))];
  });
  alike(answers, [true, false]);
});

same(needs, '-R is the rate of lines that have none of their own', async () => {
  const files = { 'inetd.conf': `${cat('slow', '', 'tcp4')}\n${cat('own', '', 'tcp4', 'nowait.50')}\n` };
  const answers = await compare({ personality: 'inetd', words: ['-R', '3'], files }, async (side) => {
    const fates: string[] = [];
    while (!fates.includes('closed')) fates.push(await side.fares('slow'));
    const own: string[] = [];
    for (let client = 0; client < 6; client++) own.push(await side.fares('own'));
    return [fates.at(0), fates.length < 10, [...new Set(own)]];
  });
  alike(answers, ['served', true, ['served']]);
});

same(
  needs,
  'SIGHUP reads the file anew: new lines, changed lines, lines that are gone; connections go on',
  async () => {
    const files = {
      'inetd.conf': [cat('stays', '', 'tcp4'), cat('goes', '', 'tcp4'), cat('changes', '', 'tcp4')].join('\n'),
      later: '@PORT:new@',
    };
    const answers = await compare({ personality: 'inetd', files, silent: ['new'] }, async (side) => {
      const connection = await open(side.at('stays'));
      connection.write('first');
      await connection.receive(/first/);
      side.write(
        'inetd.conf',
        [
          cat('stays', '', 'tcp4'),
          `@PORT:changes@ stream tcp4 nowait ${user} /bin/echo echo changed`,
          cat('new', '', 'tcp4'),
        ].join('\n'),
      );
      side.signal('SIGHUP');
      await bound(side.at('new').port, true);
      await bound(side.at('goes').port, false);
      connection.write('second');
      await connection.receive(/second/);
      connection.close();
      const changed = await until(async () => {
        const { text } = await talk(side.at('changes'), { send: 'x' });
        return text === 'changed\n' ? text : undefined;
      });
      return [changed, await side.fares('stays'), await side.fares('new')];
    });
    alike(answers, ['changed\n', 'served', 'served']);
  },
);

difference(needs, 'SIGTERM to an inetd ends its servers too', async () => {
  const files = { 'inetd.conf': `127.0.0.1:@PORT:s@ stream tcp4 nowait ${user} @PROBE@ probe -r\n` };
  const { debian, kinetd } = await compare({ personality: 'inetd', files }, async (side) => {
    const connection = await open(side.at('s'));
    const pid = Number(/^pid (\d+)$/m.exec(await connection.receive(/^argc/m))?.[1]);
    side.signal('SIGTERM');
    await side.ended;
    const outlives = alive(pid);
    connection.close();
    return outlives;
  });
  expect({ debian, kinetd }).toEqual({ debian: true, kinetd: false });
});

difference(needs, 'words on a continuation line reach the servers of IPv6 clients too', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'inetd',
      files: { 'inetd.conf': `@PORT:s@ stream tcp nowait ${user} @PROBE@ probe one\n\ttwo\n` },
    },
    async (side) => [(await side.found('s')).facts['argc'], (await side.found('s', '::1')).facts['argc']],
  );
  expect(debian).toEqual(['3', '2']);
  expect(kinetd).toEqual(['3', '3']);
});
