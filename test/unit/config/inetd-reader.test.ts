import { describe, expect, test } from 'vitest';

import type { Definition } from '../../../src/config/definition.ts';
import { type InetdReading, readInetd } from '../../../src/config/inetd/mod.ts';
import { sourceFile } from '../../../src/config/source/mod.ts';

function reading(text: string): InetdReading {
  return readInetd(sourceFile('/etc/inetd.conf', text), { dialect: 'debian' });
}

function read(text: string): readonly Definition[] {
  return reading(text).definitions;
}

/** The one entry of a text. */
function one(text: string): Definition {
  const definitions = read(text);
  expect(definitions).toHaveLength(1);
  const [definition] = definitions;
  if (definition === undefined) throw new Error('unreachable');
  return definition;
}

function codes(text: string): string[] {
  return reading(text).diagnostics.map(({ code }) => code);
}

describe('lines', () => {
  test('a line is a service with argv[0] among its arguments', () => {
    const { name, dialect, settings, inetd, errors } = one('ftp stream tcp nowait root /usr/sbin/ftpd ftpd -l -a\n');
    expect({ name, dialect, errors }).toEqual({ name: 'ftp', dialect: 'inetd', errors: [] });
    expect(settings).toEqual({
      socket_type: 'stream',
      protocol: 'tcp',
      wait: false,
      user: 'root',
      groups: true,
      server: '/usr/sbin/ftpd',
      server_args: ['ftpd', '-l', '-a'],
      flags: new Set(['NAMEINARGS']),
    });
    expect(inetd).toEqual({
      dialect: 'debian',
      addresses: [],
      transport: 'tcp',
      families: 'inet-and-inet6',
      sendBuffer: undefined,
      receiveBuffer: undefined,
      startsPerMinute: undefined,
      service: 'ftp',
      unix: undefined,
      loginClass: undefined,
    });
  });

  test('without words after the program there is no argv[0] to set', () => {
    const { settings } = one('ftp stream tcp nowait root /usr/sbin/ftpd');
    expect(settings.server_args).toBeUndefined();
    expect(settings.flags).toBeUndefined();
  });

  test('a line through tcpd names the program behind it', () => {
    const { settings } = one('ftp stream tcp nowait root /usr/sbin/tcpd /usr/sbin/in.ftpd -l');
    expect(settings).toMatchObject({ server: '/usr/sbin/in.ftpd', server_args: ['in.ftpd', '-l'], libwrap: 'in.ftpd' });
    expect(one('ftp stream tcp nowait root /usr/sbin/tcpd in.ftpd').settings).toMatchObject({
      server: '/usr/sbin/in.ftpd',
      server_args: ['in.ftpd'],
      libwrap: 'in.ftpd',
    });
    expect(codes('ftp stream tcp nowait root /usr/sbin/tcpd')).toEqual(['missing-field']);
    expect(codes('ftp stream tcp nowait root /usr/sbin/tcpd tcpd in.ftpd')).toEqual(['missing-field']);
  });

  test('a # in the first column is a comment, and #<off># too', () => {
    expect(read('# ftp stream tcp nowait root /bin/x\n#<off># ftp stream tcp nowait root /bin/x\n')).toEqual([]);
  });

  test('an indented # where an entry would begin is a comment', () => {
    expect(read('\t# comment\nftp stream tcp nowait root /bin/x\n')).toHaveLength(1);
  });

  test('a line that begins with a blank continues the entry above it', () => {
    expect(one('ftp stream tcp\n\tnowait root\n  /bin/x x -a\n\t-b').settings.server_args).toEqual(['x', '-a', '-b']);
  });

  test('an empty line or a comment ends an entry', () => {
    expect(read('ftp stream tcp nowait root /bin/x\n\n  telnet stream tcp nowait root /bin/x\n')).toHaveLength(2);
    expect(read('ftp stream tcp nowait root /bin/x\n#\n  telnet stream tcp nowait root /bin/x\n')).toHaveLength(2);
  });

  test('carriage returns and a missing last newline are no part of words', () => {
    expect(one('ftp stream tcp nowait root /bin/x x -l\r\n').settings.server_args).toEqual(['x', '-l']);
    expect(one('ftp stream tcp nowait root /bin/x').settings.server).toBe('/bin/x');
  });

  test('a byte order mark is no part of the first word', () => {
    expect(one('\xef\xbb\xbfftp stream tcp nowait root /bin/x').name).toBe('ftp');
    expect(read('\xef\xbb\xbf# comment\n')).toEqual([]);
  });

  test('a # after the first column is an argument, and a note says so', () => {
    const text = 'ftp stream tcp nowait root /bin/x x # what a day';
    expect(one(text).settings.server_args).toEqual(['x', '#', 'what', 'a', 'day']);
    expect(codes(text)).toEqual(['hash-in-list']);
  });

  test('more than twenty words after the program are kept, with a note', () => {
    const words = (count: number): string => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
    expect(codes(`ftp stream tcp nowait root /bin/x ${words(20)}`)).toEqual([]);
    expect(codes(`ftp stream tcp nowait root /bin/x ${words(21)}`)).toEqual(['many-arguments']);
    expect(one(`ftp stream tcp nowait root /bin/x ${words(21)}`).settings.server_args).toHaveLength(21);
  });

  test('a line that misses fields is refused and says which', () => {
    const { diagnostics, definitions } = reading('ftp stream tcp nowait\ntelnet stream tcp nowait root /bin/x\n');
    expect(diagnostics).toMatchObject([
      { code: 'missing-field', message: 'this line has no user, program', service: 'ftp' },
    ]);
    expect(definitions.map(({ name, errors }) => [name, errors.length])).toEqual([
      ['ftp', 1],
      ['telnet', 0],
    ]);
  });

  test('a #@ line of BSD is a warning', () => {
    expect(codes('#@ in ipsec ah/require\nftp stream tcp nowait root /bin/x\n')).toEqual(['policy-ignored']);
  });
});

describe('the service field', () => {
  test.each([
    ['ftp', [], 'ftp'],
    ['*:ftp', [], 'ftp'],
    [':ftp', [], 'ftp'],
    ['127.0.0.1:ftp', ['127.0.0.1'], 'ftp'],
    ['127.0.0.1,10.0.0.1:ftp', ['127.0.0.1', '10.0.0.1'], 'ftp'],
    ['[::1]:ftp', ['::1'], 'ftp'],
    ['[::1],127.0.0.1:ftp', ['::1', '127.0.0.1'], 'ftp'],
    ['127.0.0.1,::1:47001', ['127.0.0.1', '::1'], '47001'],
    ['::1:444', ['::1'], '444'],
    ['[fe80::1%eth0]:ftp', ['fe80::1%eth0'], 'ftp'],
    ['host.example:ftp', ['host.example'], 'ftp'],
    ['*,127.0.0.1:ftp', ['*', '127.0.0.1'], 'ftp'],
  ])('%s', (field, addresses, service) => {
    expect(one(`${field} stream tcp nowait root /bin/x`)).toMatchObject({
      name: service,
      inetd: { addresses, service },
      errors: [],
    });
  });

  test.each(['[::1] stream tcp nowait root /bin/x', 'a,,b:ftp stream tcp nowait root /bin/x', 'a b;c:ftp stream'])(
    'no address: %s',
    (line) => {
      expect(one(line).errors.length).toBeGreaterThan(0);
    },
  );

  test('an address line is the default for the lines below it, until the next', () => {
    const text = `127.0.0.1:
a stream tcp nowait root /bin/x
10.0.0.1:b stream tcp nowait root /bin/x
*:c stream tcp nowait root /bin/x
*:
d stream tcp nowait root /bin/x
[::1]:
e stream tcp nowait root /bin/x
:
f stream tcp nowait root /bin/x
`;
    expect(read(text).map(({ name, inetd }) => [name, inetd?.addresses])).toEqual([
      ['a', ['127.0.0.1']],
      ['b', ['10.0.0.1']],
      ['c', []],
      ['d', []],
      ['e', ['::1']],
      ['f', []],
    ]);
  });

  test('services below an address line that cannot be read are refused rather than opened to everyone', () => {
    const definitions = read(
      'a,,b:\nftp stream tcp nowait root /bin/x\n*:ssh stream tcp nowait root /bin/x\n*:\nweb stream tcp nowait root /bin/x\n',
    );
    expect(definitions.map(({ name, errors }) => [name, errors.map(({ code }) => code)])).toEqual([
      ['ftp', ['bad-address']],
      ['ssh', []],
      ['web', []],
    ]);
  });

  test('digits are a port; more than 65535 is an error', () => {
    expect(one('9614 stream tcp nowait root /bin/x').settings.port).toBe(9614);
    expect(codes('65536 stream tcp nowait root /bin/x')).toEqual(['bad-number']);
  });
});

describe('the protocol field', () => {
  test.each([
    ['stream tcp', 'tcp', 'tcp'],
    ['stream tcp4', 'tcp4', 'tcp'],
    ['stream tcp6', 'tcp6', 'tcp'],
    ['stream tcp46', 'tcp46', 'tcp'],
    ['dgram udp', 'udp', 'udp'],
    ['dgram udp4', 'udp4', 'udp'],
    ['dgram udp6', 'udp6', 'udp'],
  ])('%s', (words, transport, protocol) => {
    expect(one(`x ${words} wait root /bin/x`)).toMatchObject({
      inetd: { transport },
      settings: { protocol },
      errors: [],
    });
  });

  test('buffer sizes are bytes, kilobytes or megabytes', () => {
    expect(one('x stream tcp,rcvbuf=64k,sndbuf=1m nowait root /bin/x').inetd).toMatchObject({
      sendBuffer: 1048576,
      receiveBuffer: 65536,
    });
    expect(one('x stream tcp,sndbuf=100 nowait root /bin/x').inetd).toMatchObject({
      sendBuffer: 100,
      receiveBuffer: undefined,
    });
  });

  test.each(['tcp,rcvbuf=x', 'tcp,foo=3', 'tcp,rcvbuf=1,rcvbuf=2', 'tcp,sndbuf=0', 'tcp,sndbuf=4096m', 'tcp,'])(
    'no buffer size: %s',
    (field) => {
      expect(codes(`x stream ${field} nowait root /bin/x`)).toEqual(['bad-number']);
    },
  );

  test.each(['stream udp', 'dgram tcp6', 'stream sctp', 'stream TCP', 'STREAM tcp'])('refused: %s', (words) => {
    expect(codes(`x ${words} wait root /bin/x`)).toEqual(['bad-word']);
  });

  test('rpc and unix are recognised', () => {
    expect(one('rstatd/1-3 dgram rpc/udp wait root /bin/x')).toMatchObject({
      name: 'rstatd',
      settings: { rpc_version: { low: 1, high: 3 } },
      errors: [],
    });
    expect(one('rstatd/1-3 dgram rpc/udp wait root /bin/x').settings.type).toEqual(new Set(['RPC']));
    expect(one('/tmp/a:b stream unix nowait root /bin/x')).toMatchObject({
      inetd: { transport: 'unix', service: '/tmp/a:b', addresses: [] },
      errors: [],
    });
  });

  test('internal is no program', () => {
    const { settings } = one('echo stream tcp nowait root internal');
    expect(settings.server).toBeUndefined();
    expect(settings.type).toEqual(new Set(['INTERNAL']));
  });
});

describe('the wait field', () => {
  test.each([
    ['wait', true, undefined],
    ['nowait', false, undefined],
    ['nowait.40', false, 40],
    ['nowait:40', false, 40],
    ['wait.3', true, 3],
  ])('%s', (field, wait, startsPerMinute) => {
    expect(one(`x stream tcp ${field} root /bin/x`)).toMatchObject({ settings: { wait }, inetd: { startsPerMinute } });
  });

  // openbsd-inetd takes each of these for nowait with 256 starts a minute.
  test.each(['waitfoo', 'Wait', 'nowait.x', 'nowait.', 'nowait.0', 'nowait.-1', 'nowait.20x'])(
    'refused: %s',
    (field) => {
      expect(codes(`x stream tcp ${field} root /bin/x`)).toEqual(['bad-word']);
    },
  );
});

describe('the user field', () => {
  test.each([
    ['alice', 'alice', undefined],
    ['alice.staff', 'alice', 'staff'],
    ['alice:staff', 'alice', 'staff'],
    ['a.lice:staff', 'a.lice', 'staff'],
  ])('%s', (field, user, group) => {
    const { settings, errors } = one(`x stream tcp nowait ${field} /bin/x`);
    expect([settings.user, settings.group, settings.groups, errors]).toEqual([user, group, true, []]);
  });

  test.each(['alice.', ':staff', 'a:b:c'])('refused: %s', (field) => {
    expect(codes(`x stream tcp nowait ${field} /bin/x`)).toEqual(['bad-user']);
  });
});

describe('words of other inetds are named and refused', () => {
  test.each([
    ['finger stream tcp nowait/3/10 nobody /bin/x x', "the limits in 'nowait/3/10': so writes FreeBSD's inetd"],
    [
      'finger stream tcp nowait nobody:nogroup/daemon /bin/x x',
      "the login class in 'nobody:nogroup/daemon': so writes",
    ],
    ['tcpmux/+x stream tcp nowait nobody /bin/x x', "FreeBSD's, NetBSD's and GNU inetutils' inetd"],
    [':root:wheel:0600:/var/run/x stream unix nowait root /bin/x', "the Unix socket ':root:wheel:0600:/var/run/x'"],
    ['x stream tcp/ttcp nowait root /bin/x', "FreeBSD's"],
    ['.include /etc/inetd/*', "the directive '.include': so writes NetBSD's inetd"],
    ['echo on socktype = stream, protocol = tcp;', "the key = value form 'on'"],
    ['http off exec = /bin/x, wait = no;', "NetBSD's"],
    ['x stream:httpready tcp nowait root /bin/x', "NetBSD's"],
    ['x stream tcp6only nowait root /bin/x', "GNU inetutils' inetd, and this file is read as Debian's"],
  ])('%s', (line, says) => {
    const { diagnostics, definitions } = reading(`${line}\nftp stream tcp nowait root /bin/x\n`);
    expect(diagnostics).toMatchObject([{ code: 'other-dialect', severity: 'error' }]);
    expect(diagnostics[0]?.message).toContain(says);
    expect(definitions.map(({ errors }) => errors.length)).toEqual([1, 0]);
  });
});

test('findings stand in the order of the text and underline the word', () => {
  const text = 'a stream tcp Wait root /bin/x\n#@ policy\nb stream xyz nowait root /bin/x\n';
  const { diagnostics } = reading(text);
  expect(diagnostics.map(({ span }) => text.slice(span?.start, span?.end))).toEqual(['Wait', '#@ policy', 'xyz']);
});
