/**
 * Every construct that an inetd's lines can have stands in a file of inetd/ or dialects/, so that there is a golden
 * reading of it. The table is that of the inetds' manuals; a construct is found by what its line looks like.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { InetdDialect } from '../../src/config/definition.ts';

/** The text of one golden file, continuation lines joined, or of all that are read as every dialect. */
function text(...names: readonly string[]): string {
  return names.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8').replace(/\n[ \t]+/g, ' ')).join('\n');
}

const each = text(
  ...readdirSync(join(import.meta.dirname, 'dialects'))
    .filter((name) => name.endsWith('.conf'))
    .map((name) => `dialects/${name}`),
);
const everybody = text('inetd/core.conf', 'inetd/lines.conf', 'inetd/fields.conf', 'inetd/broken.conf') + each;

const texts: Readonly<Record<InetdDialect | 'all', string>> = {
  all: everybody,
  debian: text('inetd/core.conf', 'inetd/addresses.conf', 'inetd/fields.conf', 'inetd/others.conf') + each,
  openbsd: text('inetd/openbsd.conf') + each,
  freebsd: text('inetd/freebsd.conf', 'inetd/freebsd-broken.conf') + each,
  netbsd: text('inetd/netbsd.conf', 'inetd/netbsd-keys.conf') + each,
  gnu: text('inetd/gnu.conf') + each,
  busybox: text('inetd/busybox.conf') + each,
};

/** A word of a line: behind the start of it or a blank, up to the next. */
const word = (pattern: string): RegExp => new RegExp(`(?:^|[ \\t])${pattern}(?=[ \\t\\n]|$)`, 'm');

const constructs: Readonly<Record<keyof typeof texts, Readonly<Record<string, RegExp>>>> = {
  all: {
    'stream, tcp, nowait': /\bstream\s+tcp\s+nowait\s/,
    'dgram, udp, wait': /\bdgram\s+udp\s+wait\s/,
    'an internal service': word('internal'),
    'a numeric port': /^\d+\s+stream/m,
    'a comment': /^# /m,
    'a line that update-inetd has turned off': /^#<off># /m,
    'tcpd with a path behind it': /\/tcpd\s+\/usr\/sbin\/in\./,
    'tcpd with a name behind it': /\/tcpd\s+in\./,
    'no words behind the program': /\s\/bin\/cat$/m,
    'too few fields': /^\S+[ \t]+stream[ \t]+tcp(?:[ \t]+nowait(?:[ \t]+root)?)?$/m,
  },
  debian: {
    'an address': /^127\.0\.0\.1:\w+\s/m,
    'a list of addresses': /^[\d.]+,[\d.]+:\w+\s/m,
    'an IPv6 address in brackets': /^\[::1\]:\w+\s/m,
    'a host name': /^localhost:\w+\s/m,
    'all addresses': /^\*:\w+\s/m,
    'a colon alone': /^:\w+\s/m,
    'an address line': /^127\.0\.0\.1:$/m,
    'the end of it': /^\*:$/m,
    'starts a minute': word('nowait\\.\\d+'),
    'tcp46': word('tcp46'),
    'a Unix socket': /^\/run\/\w+\s+stream\s+unix/m,
    'RPC with versions': /^rstatd\/1-3\s+dgram\s+rpc\/udp/m,
    'user.group': word('\\w+\\.\\w+'),
    'user:group': word('\\w+:\\w+'),
    'buffer sizes': /tcp,(?:sndbuf|rcvbuf)=/,
    '#@': /^#@/m,
  },
  openbsd: {
    'an address': /^127\.0\.0\.1:\w+\s/m,
    'starts a minute': word('nowait\\.\\d+'),
    'a digit for each family': word('tcp6'),
  },
  freebsd: {
    'max-child': word('nowait/\\d+'),
    'max-child and per-minute': word('nowait/\\d+/\\d+'),
    'all three': word('nowait/\\d+/\\d+/\\d+'),
    'no limits': word('nowait/0/0/0'),
    'wait with a number': word('wait/1'),
    'user:group': word('tty:tty'),
    'user:group/class': word('tty:tty/daemon'),
    'user/class': word('\\w+/anonymous'),
    'a user with a dot': word('first\\.last:wheel'),
    'tcp4': word('tcp4'),
    'tcp6': word('tcp6'),
    'tcp46': word('tcp46'),
    'udp46': word('udp46'),
    'rpc/udp': word('rpc/udp'),
    'rpc/udp6': word('rpc/udp6'),
    'RPC versions': /^rstatd\/1-3\s/m,
    'RPC without a version': /^walld\s+dgram\s+rpc/m,
    'tcp/ttcp': word('tcp/ttcp'),
    '…/faith': word('\\S+/faith'),
    'a Unix socket': /^\/var\/run\/a\s/m,
    'its owner, group and mode': /^:root:wheel:0660:/m,
    'its mode alone': /^:::666:/m,
    'seqpacket': word('seqpacket'),
    'raw': word('raw'),
    'rdm': word('rdm'),
    'tcpmux': /^tcpmux\s/m,
    'tcpmux/NAME': /^tcpmux\/\w+\s/m,
    'tcpmux/+NAME': /^tcpmux\/\+\w+\s/m,
    'a word in quotes': word('"two words"'),
    'a continuation': /^continued\s.*\/bin\/cat cat$/m,
    'a policy': /^#@ \S/m,
    'the end of a policy': /^#@$/m,
    ...Object.fromEntries('dFfginort'.split('').map((flag) => [`auth -${flag}`, new RegExp(`auth .*-${flag}\\b`)])),
  },
  netbsd: {
    'an address': /^10\.0\.0\.1:\w+\s/m,
    'an IPv6 address': /^\[::1\]:\w+\s/m,
    'an address line': /^127\.0\.0\.1:$/m,
    'the end of it': /^\*:$/m,
    'accept-max': word('stream,3'),
    'an accept filter': word('stream:httpready'),
    'accept-max and a filter with an argument': word('stream,4:dataready,x'),
    'buffer sizes': word('tcp,sndbuf=64k,rcvbuf=1m'),
    ':max': word('nowait:100'),
    '.max': word('nowait\\.40'),
    'user:group': word('nobody:kmem'),
    'user.group': word('root\\.wheel'),
    'RPC': /^rstatd\/1-3\s+dgram\s+rpc\/udp/m,
    'a Unix socket': /^\/var\/run\/s\s/m,
    'tcpmux/+NAME': /^tcpmux\/\+\w+\s/m,
    'quotes within a word': /it' is 'one/,
    'faith/tcp6': word('faith/tcp6'),
    'a policy': /^#@ \S/m,
    ...Object.fromEntries(
      (
        'bind socktype acceptfilter protocol sndbuf recvbuf wait service_max ip_max accept_max user group exec args ipsec'
      )
        .split(' ')
        .map((key) => [`the key ${key}`, new RegExp(`\\b${key} ?=`)]),
    ),
    'on': word('on'),
    'off': word('off'),
    'several in a line': /; b on /,
    'an empty ipsec': /ipsec =;/,
    'escapes': /\\x41/,
    'a duplicate key': /protocol = tcp4, protocol = tcp6/,
    'an unknown key': /no_such = 1/,
    'an entry that is not ended': /exec = \/bin\/cat$/m,
  },
  gnu: {
    'a list of nodes': /^127\.0\.0\.1,localhost:\w+\s/m,
    'tcp6': word('tcp6'),
    'tcp6only': word('tcp6only'),
    'udp6only': word('udp6only'),
    '.max': word('nowait\\.50'),
    '.0': word('nowait\\.0'),
    'user.group': word('nobody\\.daemon'),
    'tcpmux/NAME': /^tcpmux\/\w+\s/m,
    'tcpmux/+NAME': /^tcpmux\/\+\w+\s/m,
    'both kinds of quotes': /"two words" 'a "b"' ""/,
    'a backslash': /back\\slash/,
    'an indented entry': /[\n ] *indented\s/,
    'what it has not: RPC': word('rpc/udp'),
    'what it has not: Unix sockets': word('unix'),
  },
  busybox: {
    'an address without brackets': /^::1:444\s/m,
    'a list of hosts': /^10\.0\.0\.1,10\.0\.0\.2:/m,
    'udp nowait': /\bdgram\s+udp\s+nowait\s/,
    '.max': word('nowait\\.10'),
    'user.group': word('root\\.wheel'),
    'tcp6': word('tcp6'),
    'a program without a path': /\s(?:root|alice)\s+ftpd\s/,
    'a comment behind the words': /\t# a comment$/m,
    'a comment within a word': /one#two/,
    'a line that goes on': /\\$/m,
    'RPC': word('rpc/udp'),
    'a Unix socket': word('unix'),
  },
};

test.each(Object.entries(texts))('each construct of %s has a golden reading', (name, written) => {
  const wanted = constructs[name as keyof typeof texts];
  const missing = Object.entries(wanted).filter(([, pattern]) => !pattern.test(written));
  expect(missing.map(([what]) => what)).toEqual([]);
});
