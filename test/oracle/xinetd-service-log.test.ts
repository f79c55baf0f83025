/** START, EXIT and FAIL lines: every combination of flags, how servers end, what a refusal looks like. */
import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'vitest';

import { open, talk, UdpClient } from '../daemon/client.ts';
import { until } from '../daemon/until.ts';
import { defaults, entry } from './entry.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';
import { elsewhen } from './times.ts';

const needs: Needs = { personality: 'xinetd' };
const needs6: Needs = { ...needs, ipv6: true };

/** All subsets, each with a name made of first letters. */
function subsets(flags: readonly string[]): { readonly id: string; readonly flags: readonly string[] }[] {
  return Array.from({ length: 2 ** flags.length }, (_, bits) => {
    const chosen = flags.filter((_flag, index) => (bits & (1 << index)) !== 0);
    return { id: chosen.map((flag) => flag[0]).join('') || 'none', flags: chosen };
  });
}

const successes = subsets(['PID', 'HOST', 'EXIT', 'DURATION']);
const failures = subsets(['HOST', 'ATTEMPT']);
/** What runs for a connection of these services ends only when a test ends it. */
const held = { instances: 1 };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      defaults({
        log_type: 'FILE @FOLDER@/service.log',
        log_on_success: 'PID HOST EXIT DURATION',
        log_on_failure: 'HOST ATTEMPT',
      }),
      ...successes.map(({ id, flags }) => entry(`ok_${id}`, { log_on_success: flags.join(' ') })),
      ...failures.map(({ id, flags }) => entry(`no_${id}`, { instances: 0, log_on_failure: flags.join(' ') })),
      entry('status', { server: '@PROBE@', server_args: '-x 7' }),
      entry('killed', { server: '@PROBE@', server_args: '-k 9' }),
      entry('terminated', { server: '@PROBE@', server_args: '-k 15' }),
      entry('known', { server: '@PROBE@' }),
      entry('plain'),
      entry('barrier'),
      entry('named', { id: 'another_id' }),
      entry('minus', { 'log_on_success-': 'EXIT DURATION' }),
      entry('silent', { 'log_on_success-': 'PID HOST EXIT DURATION' }),
      entry('slow', {}),
      entry('limit', held),
      entry('source', { per_source: 1 }),
      entry('rate', { cps: '2 1' }),
      entry('counted', { cps: '3 1', instances: 1 }),
      entry('never', { access_times: elsewhen() }),
      entry('load', { max_load: -1 }),
      entry('datagram', { socket_type: 'dgram', server: '@PROBE@' }),
      entry('listener', { wait: 'yes', server: '@PROBE@' }),
      entry('dual', { bind: undefined }),
      entry('six', { bind: '::1' }),
      entry('refused', { no_access: '127.0.0.1' }),
      entry('file', { log_type: 'FILE @FOLDER@/own.log' }),
    ].join('\n'),
  },
}));

/** Lines of one finished conversation. */
async function served(
  side: Side,
  service: string,
  last: RegExp,
  id = service,
  file?: string,
): Promise<readonly string[]> {
  await talk(side.at(service), { send: 'x' });
  return side.logged(id, last, file);
}

/** When a later service has been logged to its end, whatever an earlier one logs has been logged. */
async function barrier(side: Side): Promise<void> {
  const before = side.lines('barrier').length;
  await talk(side.at('barrier'), { send: 'x' });
  await side.count('barrier', before + 2);
}

for (const { id, flags } of successes) {
  same(needs, `log_on_success = ${flags.join(' ')}`.trimEnd(), async () => {
    const service = `ok_${id}`;
    const lines = await pair.both(async (side) => {
      await talk(side.at(service), { send: 'x' });
      if (flags.includes('EXIT') || flags.includes('DURATION')) return side.logged(service, /^EXIT/);
      if (flags.length > 0) await side.logged(service, /^START/);
      await barrier(side);
      return side.lines(service);
    });
    const start = flags.length > 0 ? 1 : 0;
    const exit = flags.includes('EXIT') || flags.includes('DURATION') ? 1 : 0;
    expect(lines.debian).toHaveLength(start + exit);
    expect(lines.kinetd).toEqual(lines.debian);
  });
}

for (const { id, flags } of failures) {
  same(needs, `log_on_failure = ${flags.join(' ')}`.trimEnd(), async () => {
    const service = `no_${id}`;
    const lines = await pair.both(async (side) => {
      await talk(side.at(service), {});
      if (flags.length > 0) return side.logged(service, /^FAIL/);
      await barrier(side);
      return side.lines(service);
    });
    expect(lines.debian).toHaveLength(flags.length > 0 ? 1 : 0);
    expect(lines.kinetd).toEqual(lines.debian);
  });
}

async function logsAlike(
  expected: readonly string[],
  client: (side: Side) => Promise<readonly string[]>,
): Promise<void> {
  const { debian, kinetd } = await pair.both(client);
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

same(needs, 'a conversation of a plain service: START, the answer, EXIT', async () => {
  const { debian, kinetd } = await pair.both(async (side) => [
    await talk(side.at('plain'), { send: 'x' }),
    await side.logged('plain', /^EXIT/),
  ]);
  expect(debian).toEqual([
    { text: 'x', reset: false },
    ['START: plain pid=N from=127.0.0.1', 'EXIT: plain status=0 pid=N duration=N(sec)'],
  ]);
  expect(kinetd).toEqual(debian);
});

same(needs, 'EXIT has the exit status', () =>
  logsAlike(['START: status pid=N from=127.0.0.1', 'EXIT: status status=7 pid=N duration=N(sec)'], (side) =>
    served(side, 'status', /^EXIT/),
  ),
);

same(needs, 'EXIT has the signal', async () => {
  await logsAlike(['START: killed pid=N from=127.0.0.1', 'EXIT: killed signal=9 pid=N duration=N(sec)'], (side) =>
    served(side, 'killed', /^EXIT/),
  );
  await logsAlike(
    ['START: terminated pid=N from=127.0.0.1', 'EXIT: terminated signal=15 pid=N duration=N(sec)'],
    (side) => served(side, 'terminated', /^EXIT/),
  );
});

same(needs, 'pid= is the pid of the server', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const { pid } = await side.found('known');
    await side.logged('known', /^EXIT/);
    return side.read('service.log').includes(`START: known pid=${pid} from`);
  });
  expect({ debian, kinetd }).toEqual({ debian: true, kinetd: true });
});

same(needs, 'duration= is in whole seconds', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const connection = await open(side.at('slow'));
    await side.logged('slow', /^START/);
    await pause(1100);
    connection.close();
    await side.logged('slow', /^EXIT/);
    return Number(/EXIT: slow .*duration=(\d+)/.exec(side.read('service.log'))?.[1]);
  });
  for (const duration of [debian, kinetd]) expect(duration).toBeGreaterThanOrEqual(1);
});

same(needs, 'lines have the id of the service, not its name', () =>
  logsAlike(['START: another_id pid=N from=127.0.0.1', 'EXIT: another_id status=0 pid=N duration=N(sec)'], (side) =>
    served(side, 'named', /^EXIT/, 'another_id'),
  ),
);

same(needs, '-= takes flags of defaults away', () =>
  logsAlike(['START: minus pid=N from=127.0.0.1'], (side) => served(side, 'minus', /^START/)),
);

same(needs, 'a service whose last flag is taken away logs nothing', () =>
  logsAlike([], async (side) => {
    await talk(side.at('silent'), { send: 'x' });
    await barrier(side);
    return side.lines('silent');
  }),
);

same(needs, '+= adds flags to those of defaults', async () => {
  const answers = await compare(
    {
      personality: 'xinetd',
      files: {
        'xinetd.conf': [
          defaults({ log_type: 'FILE @FOLDER@/service.log', log_on_success: 'PID' }),
          entry('plus', { 'log_on_success+': 'HOST' }),
          entry('without'),
        ].join('\n'),
      },
    },
    async (side) => [await served(side, 'plus', /^START/), await served(side, 'without', /^START/)],
  );
  expect(answers.debian).toEqual([['START: plus pid=N from=127.0.0.1'], ['START: without pid=N']]);
  expect(answers.kinetd).toEqual(answers.debian);
});

same(needs, 'a service with a log_type of its own logs there', () =>
  logsAlike(['START: file pid=N from=127.0.0.1', 'EXIT: file status=0 pid=N duration=N(sec)'], (side) =>
    served(side, 'file', /^EXIT/, 'file', 'own.log'),
  ),
);

same(needs, 'service_limit', async () => {
  await logsAlike(
    [
      'START: limit pid=N from=127.0.0.1',
      'FAIL: limit service_limit from=127.0.0.1',
      'EXIT: limit status=0 pid=N duration=N(sec)',
      'START: limit pid=N from=127.0.0.1',
      'EXIT: limit status=0 pid=N duration=N(sec)',
    ],
    async (side) => {
      const first = await open(side.at('limit'));
      first.write('x');
      await first.receive(/x/);
      await side.logged('limit', /^START/); // a launch is told of when it has ended, and others may be refused before
      expect(await talk(side.at('limit'), {})).toMatchObject({ text: '' });
      first.close();
      await side.logged('limit', /^EXIT/);
      expect(await talk(side.at('limit'), { send: 'y' })).toMatchObject({ text: 'y' });
      return side.count('limit', 5);
    },
  );
});

same(needs, 'per_source_limit, and another source is served', async () => {
  await logsAlike(
    [
      'START: source pid=N from=127.0.0.1',
      'FAIL: source per_source_limit from=127.0.0.1',
      'START: source pid=N from=127.0.0.2',
      'EXIT: source status=0 pid=N duration=N(sec)',
    ],
    async (side) => {
      const first = await open(side.at('source'));
      first.write('x');
      await first.receive(/x/);
      await side.logged('source', /^START/); // a launch is told of when it has ended, and others may be refused before
      expect(await talk(side.at('source'), {})).toMatchObject({ text: '' });
      expect(await talk(side.at('source'), { from: '127.0.0.2', send: 'y' })).toMatchObject({ text: 'y' });
      const lines = await side.logged('source', /^EXIT/);
      first.close();
      return lines;
    },
  );
});

same(needs, 'time', () => logsAlike(['FAIL: never time from=127.0.0.1'], (side) => served(side, 'never', /^FAIL/)));

same(needs, 'load, and a message of the daemon about it', async () => {
  await logsAlike(['FAIL: load load from=127.0.0.1'], (side) => served(side, 'load', /^FAIL/));
  await pair.both((side) => side.says(/ERROR: refused connect from 127\.0\.0\.1 due to excessive load/));
});

/** Connects one after the other until the port closes: how many fit depends on the second. */
async function overrun(side: Side): Promise<readonly string[]> {
  const before = refusals(side).length;
  for (let count = 0; refusals(side).length === before; count++) {
    if (count > 50) throw new Error(`${side.name} never closes the port`);
    try {
      await talk(side.at('rate'), {});
    } catch {
      // The port has closed, and the line is about to come.
    }
  }
  return refusals(side);
}

function refusals(side: Side): readonly string[] {
  return side.lines('rate').filter((line) => line.startsWith('FAIL'));
}

const deactivated =
  /ERROR: Deactivating service rate due to excessive incoming connections\. {2}Restarting in 1 seconds\./;

same(needs, 'connections per second: one line, the port closes, and opens after the pause', async () => {
  const { debian, kinetd } = await pair.both(overrun);
  expect(debian).toEqual(['FAIL: rate connections per second from=127.0.0.1']);
  expect(kinetd).toEqual(debian);
  await pair.both((side) => side.says(deactivated));
  await pair.both((side) => side.says(/ERROR: Activating service rate/));
});

difference(needs, 'after a pause of cps the count begins anew', async () => {
  const activated = (side: Side): number =>
    side.messages.filter(({ text }) => text === 'Activating service rate').length;
  const { debian, kinetd } = await pair.both(async (side) => {
    const answers: string[] = [];
    // Whether xinetd refuses the first client after the pause depends on the second in which it comes.
    for (let attempt = 0; attempt < 10 && !answers.includes(''); attempt++) {
      const before = activated(side);
      await overrun(side);
      await until(() => (activated(side) > before ? true : undefined));
      answers.push((await talk(side.at('rate'), { send: 'back' })).text);
      if (side.name === 'kinetd' && answers.length === 2) break;
    }
    return answers;
  });
  expect(debian).toContain('');
  expect(kinetd).toEqual(['back', 'back']);
});

difference(needs, 'running servers stay counted over a pause of cps', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const first = await open(side.at('counted'));
    first.write('x');
    await first.receive(/x/);
    while (!side.messages.some(({ text }) => text.startsWith('Deactivating service counted'))) {
      await side.fares('counted');
    }
    await side.says(/Activating service counted/);
    // xinetd's own count for cps goes on, so that the very next client may be one too many again.
    const fates = [await side.fares('counted')];
    for (let attempt = 0; attempt < 5 && side.name === 'Debian' && !fates.includes('served'); attempt++) {
      await pause(500);
      fates.push(await side.fares('counted'));
    }
    first.close();
    return fates.at(-1);
  });
  expect({ debian, kinetd }).toEqual({ debian: 'served', kinetd: 'closed' });
});

same(needs, 'a datagram server is logged with the sender that it was started for', () =>
  logsAlike(['START: datagram pid=N from=127.0.0.1', 'EXIT: datagram status=0 pid=N duration=N(sec)'], async (side) => {
    const client = new UdpClient();
    await client.send(side.at('datagram'), 'x');
    await client.answer();
    client.close();
    return side.logged('datagram', /^EXIT/);
  }),
);

same(needs, 'a wait stream server is logged without an address', () =>
  logsAlike(['START: listener pid=N from=<no address>', 'EXIT: listener status=0 pid=N duration=N(sec)'], (side) =>
    served(side, 'listener', /^EXIT/),
  ),
);

same(needs6, 'a client over IPv6', () =>
  logsAlike(['START: six pid=N from=::1', 'EXIT: six status=0 pid=N duration=N(sec)'], async (side) => {
    await talk(side.at('six', '::1'), { send: 'x' });
    return side.logged('six', /^EXIT/);
  }),
);

difference(needs, 'a client over IPv4 of a dual-stack service is logged with its plain address', async () => {
  const { debian, kinetd } = await pair.both((side) => served(side, 'dual', /^EXIT/));
  expect(debian[0]).toBe('START: dual pid=N from=::ffff:127.0.0.1');
  expect(kinetd[0]).toBe('START: dual pid=N from=127.0.0.1');
});

difference(needs, 'a client that access refuses gets FAIL alone', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    expect((await talk(side.at('refused'), {})).text).toBe('');
    const lines = await side.logged('refused', side.name === 'Debian' ? /^EXIT/ : /^FAIL/);
    return [...lines].sort();
  });
  expect(debian).toEqual([
    'EXIT: refused status=0 pid=N duration=N(sec)',
    'FAIL: refused address from=127.0.0.1',
    'START: refused pid=N from=127.0.0.1',
  ]);
  expect(kinetd).toEqual(['FAIL: refused address from=127.0.0.1']);
});
