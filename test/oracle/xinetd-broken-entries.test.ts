/**
 * What is wrong in an entry, and what becomes of the service. Both keep the other services; where xinetd drops a
 * line with a warning and runs the service without it, kinetd refuses the service.
 */
import { expect } from 'vitest';

import { talk } from '../daemon/client.ts';
import { entry, loggingDefaults } from './entry.ts';
import { difference, same, sharedPair } from './pair.ts';
import { findings } from './probe.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd' };
const needs6: Needs = { ...needs, ipv6: true };

/** An entry whose text is exactly what is given, between the lines that a service needs. */
function raw(id: string, ...lines: readonly string[]): string {
  return `${entry(id).slice(0, -2)}${lines.map((line) => `\t${line}\n`).join('')}}\n`;
}

/** Values of which xinetd reads only the beginning, or which it lets wrap. */
const careless: readonly (readonly [attribute: string, value: string])[] = [
  ['instances', '+5'],
  ['instances', '99999999999'],
  ['nice', '1000'],
  ['cps', '-1 5'],
  ['cps', '5 -1'],
  ['rlimit_as', '-1'],
  ['max_load', '100x'],
  ['max_load', '1e2'],
  ['max_load', 'nan'],
  ['env', '=value'],
  ['access_times', '000:000-023:059'],
  ['only_from', '127.0.0.1/8/8'],
];

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('sound'),
      raw('unknown', 'foo = 1'),
      raw('syntax', 'nice=5'),
      raw('operator', 'nice 5'),
      raw('nothing', 'nice'),
      raw('nobodyknows'),
      entry('baduser', { user: 'no_such_user' }),
      entry('badgroup', { group: 'no_such_group' }),
      entry('badserver', { server: '/no/such/program' }),
      entry('badtype', { type: 'UNLISTED NONSENSE' }),
      entry('badflag', { flags: 'NONSENSE' }),
      entry('badsocket', { socket_type: 'steam' }),
      entry('badprotocol', { protocol: 'no_such_protocol' }),
      entry('badport', { port: 'eighty' }),
      entry('badwait', { wait: 'maybe' }),
      entry('baddisable', { disable: 'maybe' }),
      entry('badumask', { umask: '888' }),
      entry('badinstances', { instances: 'many' }),
      entry('badlimit', { rlimit_as: '64X' }),
      entry('badenv', { env: 'NOVALUE' }),
      entry('badlog', { log_on_success: 'RECORD' }),
      entry('badlogtype', { log_type: 'SYSLOG nonsense' }),
      entry('badaccess', { only_from: '127.0.0.1,127.0.0.2' }),
      entry('badbind', { bind: 'no.such.host.invalid' }),
      entry('nowait', { wait: undefined }),
      entry('noport', { port: undefined }),
      entry('nouser', { user: undefined }),
      entry('noserver', { server: undefined }),
      entry('nosocket', { socket_type: undefined, protocol: undefined }),
      entry('impliedsocket', { socket_type: undefined }),
      entry('impliedprotocol', { protocol: undefined }),
      entry('echo', { type: undefined, id: 'listed', port: '@PORT:listed@' }),
      raw('off', 'disable = yes'),
      raw('offbroken', 'disable = yes', 'user = no_such_user'),
      raw('upper', 'DISABLE = NO', 'Nice = 0'),
      raw('comment', '# nice = 5', '\t  # indented', ''),
      raw('repeated', 'port = 1'),
      raw('added', 'nice += 5'),
      entry('two', { instances: '0 1' }),
      raw('revived', 'group = no_such_group', 'disable = no'),
      entry('revivedbind', { bind: 'no.such.host.invalid', disable: 'no' }),
      entry('late', { server: '@PROBE@', server_args: 'x y', flags: 'NAMEINARGS' }),
      ...careless.map(([attribute, value], index) => entry(`careless${index}`, { [attribute]: value })),
      entry('giga', { rlimit_as: '1G' }),
      entry('syslog', { log_type: 'SYSLOG' }),
      entry('folder', { server: '/bin' }),
      entry('families', { flags: 'IPv4 IPv6' }),
      entry('last'),
    ].join('\n'),
  },
}));

async function fare(id: string, expected: { readonly debian: string; readonly kinetd: string }): Promise<void> {
  expect(await pair.both((side) => side.fares(id))).toEqual(expected);
}

/** A service that neither runs; xinetd's message, and that kinetd names the service and the line of the file. */
async function refused(id: string, message: RegExp): Promise<void> {
  if (withPort(id)) await fare(id, { debian: 'no port', kinetd: 'no port' });
  const { debian, kinetd } = await pair.both((side) => side.messages.map(({ text }) => text));
  expect(debian.some((text) => message.test(text))).toBe(true);
  expect(
    kinetd.filter((text) => new RegExp(`service ${id}: .*\\[file=@FOLDER@/xinetd.conf\\] \\[line=\\d+\\]$`).test(text)),
  ).not.toEqual([]);
}

/** Two of the entries have no port to ask. */
function withPort(id: string): boolean {
  return id !== 'badport' && id !== 'noport';
}

const neither = { debian: 'no port', kinetd: 'no port' };
const both = { debian: 'served', kinetd: 'served' };
const onlyDebian = { debian: 'served', kinetd: 'no port' };

same(needs, 'services before and after broken ones run', async () => {
  await fare('sound', both);
  await fare('last', both);
});

same(needs, 'a syntax error in a line loses the service', async () => {
  await refused('syntax', /Attribute nice needs a space before operator/);
  await refused('operator', /Bad operator for attribute: nice/);
  await refused('nothing', /Bad operator for attribute: nice|Nothing after attribute: nice/);
});

same(needs, 'a value that cannot be understood loses the service', async () => {
  await refused('baduser', /Unknown user: no_such_user/);
  await refused('badgroup', /Unknown group: no_such_group/);
  await refused('badtype', /Bad service type: NONSENSE/);
  await refused('badflag', /Bad service flag: NONSENSE/);
  await refused('badsocket', /Bad socket type: steam/);
  await refused('badprotocol', /Protocol no_such_protocol not in \/etc\/protocols/);
  await refused('badport', /port number is invalid/);
  await refused('badwait', /Bad value for wait: maybe/);
  await refused('baddisable', /Bad value: maybe/);
  await refused('badumask', /umask argument is invalid/);
  await refused('badinstances', /Number of instances is invalid: many/);
  await refused('badlimit', /Address space limit is invalid: 64X/);
  await refused('badenv', /NOVALUE has no '='/);
  await refused('badlog', /Bad log_on_success flag: RECORD/);
  await refused('badlogtype', /Unknown syslog facility: nonsense/);
  await refused('badaccess', /has a comma in it/);
  await refused('badbind', /bad address/);
});

same(needs, 'a program that is not there loses the service', () =>
  refused('badserver', /Server \/no\/such\/program is not executable|Unable to stat/),
);

same(needs, 'a missing attribute loses the service', async () => {
  await refused('nowait', /Service nowait missing attribute wait - DISABLING/);
  await refused('nouser', /Service nouser missing attribute user - DISABLING/);
  await refused('noport', /Unlisted service: noport must have a port entry/);
  await refused('noserver', /Must specify a server in noserver/);
  await refused('nosocket', /socket_type|protocol/);
});

same(needs, 'socket_type and protocol imply each other', async () => {
  await fare('impliedsocket', both);
  await fare('impliedprotocol', both);
});

same(needs, 'a listed service with another port than the listed one does not run', () =>
  refused('listed', /Service echo expects port 7, not @PORT:listed@/),
);

same(needs, 'disable = yes, and what is wrong in such an entry does not matter', async () => {
  await fare('off', neither);
  await fare('offbroken', neither);
});

same(needs, 'words may be written in capitals', () => fare('upper', both));

same(needs, 'lines that begin with # are comments, indented or not', () => fare('comment', both));

difference(needs, 'an unknown attribute loses the service', async () => {
  await fare('unknown', onlyDebian);
  await pair.both((side) =>
    side.says(side.name === 'Debian' ? /bad service attribute: foo/ : /service unknown: .*foo/),
  );
});

difference(needs, 'an attribute that stands twice loses the service', async () => {
  await fare('repeated', onlyDebian);
  await pair.both((side) =>
    side.says(
      side.name === 'Debian'
        ? /WARNING: Service repeated: attribute already set: port/
        : /ERROR: service repeated: .*port/,
    ),
  );
});

difference(needs, 'an operator that the attribute does not have loses the service', async () => {
  await fare('added', onlyDebian);
  await pair.both((side) =>
    side.says(
      side.name === 'Debian'
        ? /WARNING: Service added: operator '\+=' cannot be used for attribute 'nice'/
        : /ERROR: service added: .*nice/,
    ),
  );
});

difference(needs, 'a line with too many words loses the service', async () => {
  await fare('two', onlyDebian);
  await pair.both((side) =>
    side.says(
      side.name === 'Debian'
        ? /WARNING: attribute instances expects 1 values and 2 values were specified/
        : /ERROR: service two: .*instances/,
    ),
  );
});

difference(needs6, 'disable = no does not revive a service with an error', async () => {
  await fare('revived', onlyDebian);
  expect(await pair.both((side) => side.fares('revivedbind', '::1'))).toEqual(onlyDebian);
});

difference(needs, 'NAMEINARGS may stand after server_args', async () => {
  const { debian, kinetd } = await pair.both(async (side) => (await talk(side.at('late'), { halfClose: false })).text);
  expect(debian).toBe('');
  expect(findings(kinetd).facts).toMatchObject({ argc: '2', 'argv.0': 'x', 'argv.1': 'y' });
});

difference(needs, 'a number must be in range and nothing may stand behind it', async () => {
  for (const [index, [attribute, value]] of careless.entries()) {
    const fares = await pair.both((side) => side.fares(`careless${index}`));
    expect({ attribute, value, ...fares }).toEqual({ attribute, value, ...onlyDebian });
  }
});

const onlyKinetd = { debian: 'no port', kinetd: 'served' };

difference(needs, 'a size may be in gigabytes', () => fare('giga', onlyKinetd));

difference(needs, 'SYSLOG without a facility is the facility daemon', () => fare('syslog', onlyKinetd));

difference(needs, 'a folder as server is found when the file is read', () =>
  fare('folder', { debian: 'closed', kinetd: 'no port' }),
);

difference(needs, 'the flags IPv4 and IPv6 together leave the choice to bind', () => fare('families', onlyKinetd));
