/** Services with wait = yes: one server at a time, what is queued meanwhile, refusals; and programs that cannot start. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { talk, UdpClient } from '../daemon/client.ts';
import { until } from '../daemon/until.ts';
import { entry, loggingDefaults } from './entry.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import { findings } from './probe.ts';
import type { Needs } from './programs.ts';
import { aWhile, type Side } from './side.ts';
import { elsewhen } from './times.ts';

const needs: Needs = { personality: 'xinetd' };

const datagrams = { socket_type: 'dgram', server: '@PROBE@' };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('one', datagrams),
      entry('staying', { ...datagrams, server_args: '-r' }),
      entry('queue', datagrams),
      entry('listener', { wait: 'yes', server: '@PROBE@' }),
      entry('deaf', { wait: 'yes', server: '/bin/true', cps: '5 60' }),
      entry('guarded', { wait: 'yes', server: '@PROBE@', only_from: '127.0.0.1' }),
      entry('denied', { ...datagrams, no_access: '127.0.0.1' }),
      entry('full', { ...datagrams, instances: 0 }),
      entry('gone', { server: '@FOLDER@/gone' }),
    ].join('\n'),
    gone: '#!/bin/sh\n',
  },
}));

async function asked(side: Side, id: string, text: string): Promise<string> {
  const client = new UdpClient();
  await client.send(side.at(id), text);
  const answer = await client.answer();
  client.close();
  return answer;
}

same(needs, 'each datagram server gets the datagram that it was started for', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const first = findings(await asked(side, 'one', 'first')).facts['input'];
    await side.logged('one', /^EXIT/);
    const second = findings(await asked(side, 'one', 'second')).facts['input'];
    return [first, second, await side.count('one', 4)];
  });
  expect(debian).toEqual([
    'first',
    'second',
    [
      'START: one pid=N from=127.0.0.1',
      'EXIT: one status=0 pid=N duration=N(sec)',
      'START: one pid=N from=127.0.0.1',
      'EXIT: one status=0 pid=N duration=N(sec)',
    ],
  ]);
  expect(kinetd).toEqual(debian);
});

same(needs, 'no second server starts while one runs', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const { pid } = findings(await asked(side, 'staying', 'first'));
    const client = new UdpClient();
    await client.send(side.at('staying'), 'second');
    client.close();
    await aWhile();
    const during = side.lines('staying');
    process.kill(pid, 'SIGKILL');
    await side.logged('staying', /^EXIT/);
    const again = findings(await asked(side, 'staying', 'third')).pid;
    process.kill(again, 'SIGKILL');
    return [during, await side.count('staying', 4)];
  });
  expect(debian).toEqual([
    ['START: staying pid=N from=127.0.0.1'],
    [
      'START: staying pid=N from=127.0.0.1',
      'EXIT: staying signal=9 pid=N duration=N(sec)',
      'START: staying pid=N from=127.0.0.1',
      'EXIT: staying signal=9 pid=N duration=N(sec)',
    ],
  ]);
  expect(kinetd).toEqual(debian);
});

same(needs, 'a stream server accepts for itself, and the next client starts another', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const first = await side.found('listener');
    await side.logged('listener', /^EXIT/);
    const second = await side.found('listener');
    return [first.pid !== second.pid, await side.count('listener', 4)];
  });
  expect(debian[0]).toBe(true);
  expect(kinetd).toEqual(debian);
});

same(needs, 'a stream server that accepts nothing is started again until cps stops it', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = talk(side.at('deaf'), {}).catch(() => undefined);
    const lines = await side.logged('deaf', /^FAIL/);
    await side.says(
      /ERROR: Deactivating service deaf due to excessive incoming connections\. {2}Restarting in 60 seconds\./,
    );
    return { client, refusals: lines.filter((line) => line.startsWith('FAIL')) };
  });
  expect(debian.refusals).toEqual(['FAIL: deaf connections per second from=<no address>']);
  expect(kinetd.refusals).toEqual(debian.refusals);
});

difference(needs, 'cps leaves the socket of a wait service open', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    await Promise.race([talk(side.at('deaf'), {}).catch(() => undefined), side.logged('deaf', /^FAIL/)]);
    await side.logged('deaf', /^FAIL/);
    const fate = talk(side.at('deaf'), {}).then(
      () => 'closed',
      () => 'no port',
    );
    return side.name === 'Debian' ? fate : Promise.race([fate, aWhile().then(() => 'queued')]);
  });
  expect({ debian, kinetd }).toEqual({ debian: 'no port', kinetd: 'queued' });
});

difference(needs, 'datagrams that come while a server runs are not thrown away when it ends', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    const answers: (string | undefined)[] = [];
    await Promise.all(['a', 'b', 'c'].map((text) => client.send(side.at('queue'), text)));
    const wanted = side.name === 'Debian' ? 1 : 3;
    while (answers.length < wanted) answers.push(findings(await client.answer()).facts['input']);
    await side.count('queue', wanted * 2);
    await aWhile();
    client.close();
    return [answers, side.lines('queue').length];
  });
  expect(debian).toEqual([['a'], 2]);
  expect(kinetd).toEqual([['a', 'b', 'c'], 6]);
});

difference(needs, 'a wait service that has refused somebody goes on', async () => {
  const refusing = { instances: { instances: 0 }, times: { access_times: elsewhen() }, load: { max_load: -1 } };
  const ids = Object.keys(refusing);
  const text = (before: boolean): string =>
    loggingDefaults +
    Object.entries(refusing)
      .map(([id, attributes]) => entry(id, { ...datagrams, ...(before ? attributes : {}) }))
      .join('');
  const { debian, kinetd } = await compare(
    { personality: 'xinetd', files: { 'xinetd.conf': text(true) } },
    async (side) => {
      const client = new UdpClient();
      for (const id of ids) {
        await client.send(side.at(id), 'refused');
        await side.logged(id, /^FAIL: \w+ (service_limit|time|load) from=127\.0\.0\.1/);
      }
      side.write('xinetd.conf', text(false));
      await side.reload();
      for (const id of ids) await client.send(side.at(id), `to ${id}`);
      if (side.name === 'Debian') await aWhile();
      else await until(() => (client.received.length === ids.length ? true : undefined));
      const inputs = client.received.map((answer) => findings(answer).facts['input']);
      client.close();
      return ids.filter((id) => inputs.includes(`to ${id}`));
    },
  );
  // The refused datagram is taken out of the queue, the next one served.
  expect({ debian, kinetd }).toEqual({ debian: [], kinetd: ids });
});

difference(needs, 'a refused datagram gets FAIL alone', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    await client.send(side.at('denied'), 'x');
    client.close();
    return [...(await side.logged('denied', side.name === 'Debian' ? /^EXIT/ : /^FAIL/))].sort();
  });
  expect(debian).toEqual([
    'EXIT: denied status=0 pid=N duration=N(sec)',
    'FAIL: denied address from=127.0.0.1',
    'START: denied pid=N from=127.0.0.1',
  ]);
  expect(kinetd).toEqual(['FAIL: denied address from=127.0.0.1']);
});

same(needs, 'datagrams that one sender goes on sending in vain are logged once', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const client = new UdpClient();
    for (const text of ['a', 'b', 'c']) await client.send(side.at('full'), text);
    await side.logged('full', /^FAIL/);
    await aWhile();
    client.close();
    return side.lines('full');
  });
  expect(debian).toEqual(['FAIL: full service_limit from=127.0.0.1']);
  expect(kinetd).toEqual(debian);
});

difference(needs, 'a stream service that waits and has an access list is refused when it is read', async () => {
  const { debian, kinetd } = await pair.both((side) => side.fares('guarded'));
  expect({ debian, kinetd }).toEqual({ debian: expect.stringMatching(/closed|no port/), kinetd: 'no port' });
  await pair.both((side) =>
    side.says(side.name === 'Debian' ? /guarded|Deactivating/ : /service guarded: only_from cannot be kept/),
  );
});

difference(needs, 'a program that cannot be executed is a FAIL, not an exit with status 0', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    rmSync(join(side.folder, 'gone'));
    await talk(side.at('gone'), {});
    await side.says(/ERROR: .*execv\( @FOLDER@\/gone \) failed: No such file or directory \(errno = 2\)/);
    return side.logged('gone', side.name === 'Debian' ? /^EXIT/ : /^FAIL/);
  });
  expect(debian).toEqual(['START: gone pid=N from=127.0.0.1', 'EXIT: gone status=0 pid=N duration=N(sec)']);
  expect(kinetd).toEqual(['FAIL: gone exec from=127.0.0.1']);
});
