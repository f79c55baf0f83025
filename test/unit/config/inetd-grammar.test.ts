/** What each inetd's grammar has that the others' has not; inetd-dialects.test.ts has what they share. */
import { expect, test } from 'vitest';

import { type Definition, type InetdDialect, inetdDialects } from '../../../src/config/definition.ts';
import { readInetd } from '../../../src/config/inetd/mod.ts';
import { load } from '../../../src/config/mod.ts';
import { sourceFile } from '../../../src/config/source/mod.ts';
import type { Service } from '../../../src/model/mod.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

function entries(text: string, dialect: InetdDialect): readonly Definition[] {
  return readInetd(sourceFile('/i', text), { dialect }).definitions;
}

/** Names of the entries that are read without an error. */
function good(text: string, dialect: InetdDialect): readonly string[] {
  return entries(text, dialect).flatMap(({ name, errors }) => (errors.length === 0 ? [name] : []));
}

function only(text: string, dialect: InetdDialect): Definition {
  const [definition, ...others] = entries(text, dialect);
  if (definition === undefined || others.length > 0) throw new Error(`not one entry: ${text}`);
  expect(definition.errors).toEqual([]);
  return definition;
}

async function served(text: string, dialect: InetdDialect): Promise<readonly Service[]> {
  const table = await load({ paths: ['/i'], dialect }, fakeSystem({ everything: true }), memoryFiles({ '/i': text }));
  return table.entries.flatMap((entry) => (entry.state === 'ready' ? [entry.service] : []));
}

const rest = 'nowait root /bin/cat cat\n';
const keys = 'wait = no, user = root, exec = /bin/cat';

test('RPC: a name alone is version 1, and a range is a range', () => {
  const versions = (name: string) =>
    only(`${name} dgram rpc/udp wait root /bin/cat cat\n`, 'freebsd').settings.rpc_version;
  expect(versions('rstatd/2')).toEqual({ low: 2, high: 2 });
  expect(versions('rstatd/1-3')).toEqual({ low: 1, high: 3 });
  expect(versions('rstatd')).toEqual({ low: 1, high: 1 });
});

test('socket types: stream, dgram and seqpacket; raw and rdm are refused where nobody can serve them', async () => {
  for (const [type, proto, wait] of [
    ['stream', 'unix', 'nowait'],
    ['dgram', 'unix', 'wait'],
    ['seqpacket', 'unix', 'nowait'],
  ]) {
    expect(await served(`/run/s ${type} ${proto} ${wait} root /bin/cat cat\n`, 'freebsd'), type).toHaveLength(1);
  }
  for (const type of ['raw', 'rdm']) {
    expect(await served(`9 ${type} udp wait root /bin/cat cat\n`, 'freebsd'), type).toHaveLength(0);
  }
});

test('FreeBSD: tcp/ttcp and faith are refused', () => {
  expect(good(`a stream tcp/ttcp ${rest}b stream tcp/faith ${rest}c stream tcp ${rest}`, 'freebsd')).toEqual(['c']);
  expect(good(`a stream faith/tcp6 ${rest}c stream tcp ${rest}`, 'netbsd')).toEqual(['c']);
});

test('a wait word must be right', () => {
  for (const dialect of inetdDialects) {
    const text = ['waitfoo', 'Wait', 'nowaitx'].map((word) => `9 stream tcp ${word} root /bin/cat cat\n`).join('');
    expect(good(text, dialect), dialect).toEqual([]);
  }
});

test('an unknown user or group refuses the line', async () => {
  const ids = async (user: string): Promise<number> => {
    const text = `9 stream tcp4 nowait ${user} /bin/cat cat\n`;
    const table = await load({ paths: ['/i'], dialect: 'freebsd' }, fakeSystem(), memoryFiles({ '/i': text }));
    return table.entries.filter(({ state }) => state === 'ready').length;
  };
  expect(await ids('root')).toBe(1);
  expect(await ids('nobody_of_the_kind')).toBe(0);
  expect(await ids('root:no_such_group')).toBe(0);
});

test('#@ refuses the services below it, to an empty one', () => {
  const text = `a stream tcp ${rest}#@ what no IPsec understands\nb stream tcp ${rest}#@\nc stream tcp ${rest}`;
  expect(good(text, 'freebsd')).toEqual(['a', 'c']);
  expect(good(text, 'netbsd')).toEqual(['a', 'c']);
});

test('NetBSD: the number behind the socket type is instances', () => {
  expect(only(`9 stream,3 tcp ${rest}`, 'netbsd').settings.instances).toBe(3);
});

test('NetBSD: accept filters are refused', () => {
  expect(
    good(`a stream:httpready tcp ${rest}b stream,4:dataready,x tcp ${rest}c stream tcp ${rest}`, 'netbsd'),
  ).toEqual(['c']);
  expect(good(`a on protocol = tcp4, ${keys}, acceptfilter = httpready;\n`, 'netbsd')).toEqual([]);
});

test('NetBSD: an unknown directive loses itself alone', () => {
  expect(good(`.no_such_thing x\nc stream tcp ${rest}`, 'netbsd')).toEqual(['c']);
});

test('NetBSD: both forms stand line by line in one file, and off is checked and does not run', async () => {
  const text = `9 stream tcp ${rest}10 on protocol = tcp4, ${keys}; 11 on\n protocol = tcp4, ${keys};\n12 off protocol = tcp4, ${keys};\n13 off protocol = tcp4, no_such = 1, ${keys};\n14 stream tcp ${rest}`;
  expect((await served(text, 'netbsd')).map(({ endpoints }) => endpoints[0]?.port)).toEqual([9, 10, 11, 14]);
  expect(good(text, 'netbsd')).not.toContain('13');
});

test('NetBSD: key = value, sizes, quotes and escapes, comments anywhere', () => {
  const { settings, inetd } = only(
    `9 on socktype = stream, # a comment\n protocol = tcp4, wait = no, user = alice, group = staff, exec = /bin/echo,\n args = echo "a b" 'it\\'s\\n' \\x41 "\\x41", sndbuf = 24k, recvbuf = 1m;\n`,
    'netbsd',
  );
  expect(settings).toMatchObject({
    socket_type: 'stream',
    wait: false,
    user: 'alice',
    group: 'staff',
    server: '/bin/echo',
  });
  expect(settings.server_args?.slice(0, 3)).toEqual(['echo', 'a b', "it's\n"]);
  expect(settings.server_args?.at(-1)).toBe('A');
  expect([inetd?.sendBuffer, inetd?.receiveBuffer]).toEqual([24 * 1024, 1024 * 1024]);
});

test('NetBSD: bind decides the family of a protocol without a digit, and * does not', () => {
  const text = (bind: string): string => `9 on ${bind}protocol = tcp, ${keys};\n`;
  expect(good(text('bind = 10.0.0.1, '), 'netbsd')).toHaveLength(1);
  expect(good(text('bind = ::1, '), 'netbsd')).toHaveLength(1);
  expect(good(text('bind = *, '), 'netbsd')).toHaveLength(0);
  expect(good(text(''), 'netbsd')).toHaveLength(0);
});

test('NetBSD: service_max, ip_max and accept_max are limits', async () => {
  const [service] = await served(
    `9 on protocol = tcp4, ${keys}, service_max = 60, ip_max = 5, accept_max = 20;\n`,
    'netbsd',
  );
  expect(service?.limits).toMatchObject({
    startsPerMinute: 60,
    instances: 20,
    rates: { source: { count: 5, periodSeconds: 60 } },
  });
});

test('NetBSD: ipsec with a value is refused, and without one accepted', () => {
  const text = `a on protocol = tcp4, ${keys}, ipsec = "in ipsec ah/require";\nb on protocol = tcp4, ${keys}, ipsec =;\n`;
  expect(good(text, 'netbsd')).toEqual(['b']);
});

test('NetBSD: a key twice or an unknown one loses the entry, broken syntax nothing below it', () => {
  const text = `a on protocol = tcp4, protocol = tcp6, ${keys};\nb on protocol = tcp4, no_such = 1, ${keys};\nc on protocol tcp4;\nd stream tcp ${rest}`;
  expect(good(text, 'netbsd')).toEqual(['d']);
});

test('BusyBox: an IPv6 address needs no brackets', () => {
  const { inetd } = only(`::1:444 stream tcp6 ${rest}`, 'busybox');
  expect([inetd?.addresses, inetd?.service]).toEqual([['::1'], '444']);
});
