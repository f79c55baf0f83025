/** The process with privileges reads no byte that a client sent, and opens no file but those that it is made of. */
import { dirname, join, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { currentUser, isRoot, type Kinetd, root, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { noTrace, type Trace, trace, tracing } from '../../daemon/trace.ts';
import { sendUnix, talkUnix } from '../../daemon/unix-client.ts';
import { internal } from '../internal/entry.ts';
import { redirected, repeat, target } from '../redirect/target.ts';

/** What every client says. */
const words = 'words-of-a-client';

const log = { log_type: 'FILE @FOLDER@/service.log', log_on_success: 'HOST EXIT', log_on_failure: 'HOST' };

/** A daemon from its start to its end, with what its clients do in between. */
async function traced(services: readonly string[], clients: (daemon: Kinetd) => Promise<void>): Promise<Trace> {
  const prefix = join(testFolder(), 'trace');
  const daemon = await startKinetd({ files: { 'x.conf': services.join('') }, wrapper: tracing(prefix) });
  await clients(daemon);
  expect(await daemon.stop()).toBe(0);
  return trace(prefix, daemon.pid);
}

/**
 * Calls that bring bytes of a socket of the Internet into the process; with a buffer of no length they bring none, and
 * splice(2) to or from a pipe brings them no further than the kernel.
 */
function readings(calls: readonly string[]): readonly string[] {
  return calls
    .filter((call) => !/^(accept4?|open\w*|clone3?|v?fork|execve(at)?)\(/.test(call))
    .filter((call) => /<(TCP|UDP)/.test(call) || call.includes(words))
    .filter((call) => !/^recvfrom\(\d+<UDP(v6)?:\S+>, NULL, 0, /.test(call))
    .filter((call) => !/^recvmsg\(\d+<UDP(v6)?:\S+>, \{.* msg_iov=NULL, msg_iovlen=0, /.test(call))
    .filter((call) => !call.startsWith('splice(') && !/ = -1 EAGAIN /.test(call));
}

/** Paths that were opened, in whichever folder a path began. */
function opened(calls: readonly string[]): readonly string[] {
  return calls.flatMap((call) => {
    const [, folder = '/', path] =
      /^(?:open|creat|openat2?)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"/.exec(call) ?? [];
    return path === undefined ? [] : [resolve(folder, path)];
  });
}

test.skipIf(noTrace !== undefined)(
  `of connections and datagrams to programs, served or refused${noTrace === undefined ? '' : ` (skipped: ${noTrace})`}`,
  async () => {
    const calls = await traced(
      [
        service('served', log),
        service('refused', { ...log, no_access: '127.0.0.1' }),
        service('full', { ...log, instances: 0 }),
        service('datagram', { ...log, socket_type: 'dgram' }),
        service('unwanted', { ...log, socket_type: 'dgram', no_access: '127.0.0.1' }),
      ],
      async (daemon) => {
        for (const id of ['served', 'refused', 'full']) await talk(await daemon.address(id), { send: words });
        const client = new UdpClient();
        for (const id of ['datagram', 'unwanted']) await client.send(await daemon.address(id), words);
        client.close();
        for (const line of [/FAIL: unwanted/, /EXIT: served/, /EXIT: datagram/]) await daemon.file('service.log', line);
      },
    );
    expect(readings(calls.daemon)).toEqual([]);
    // The trace sees what there is to see: connections, senders, and the servers' own reading.
    expect(calls.daemon.filter((call) => /^accept4\(.* = \d+<TCP/.test(call))).toHaveLength(3);
    expect(calls.daemon.filter((call) => /^recvfrom\(\d+<UDP.* = 0$/.test(call))).not.toEqual([]);
    expect(calls.others.filter((call) => call.startsWith('read(0<TCP') && call.includes(words))).toHaveLength(1);
    expect(calls.others.filter((call) => call.startsWith('read(0<UDP') && call.includes(words))).toHaveLength(1);
  },
);

const noSenders = noTrace ?? (isRoot ? undefined : 'only root can give each sender a socket');

test.skipIf(noSenders !== undefined)(
  `of senders that have a server each, nor of what had come before it${noSenders === undefined ? '' : ` (skipped: ${noSenders})`}`,
  async () => {
    const each = { ...log, socket_type: 'dgram', wait: 'no' };
    const calls = await traced(
      [service('each', each), service('unwanted', { ...each, no_access: '127.0.0.1' })],
      async (daemon) => {
        const [client, other] = [new UdpClient(), new UdpClient()];
        const [address, unwanted] = [await daemon.address('each'), await daemon.address('unwanted')];
        await client.send(unwanted, words);
        // The second of a sender waits in the common queue, or comes to the sender's own socket.
        for (const sender of [client, client, other]) await sender.send(address, words);
        expect([await client.answer(), await client.answer(), await other.answer()]).toEqual([words, words, words]);
        await daemon.file('service.log', /FAIL: unwanted/);
      },
    );
    expect(readings(calls.daemon)).toEqual([]);
    expect(calls.daemon.filter((call) => /^splice\(\d+<UDP.* = \d+$/.test(call)).length).toBeGreaterThanOrEqual(2);
    expect(calls.others.filter((call) => call.startsWith('read(0<UDP') && call.includes(words))).toHaveLength(3);
  },
);

test.skipIf(noTrace !== undefined)('of clients of Unix sockets', async () => {
  const lines = ['stream unix nowait', 'dgram unix wait'].map(
    (kind, index) => `@FOLDER@/${index} ${kind} ${currentUser()} /bin/cat cat\n`,
  );
  const calls = await traced(lines, async (daemon) => {
    expect(await talkUnix(join(daemon.folder, '0'), words)).toBe(words);
    sendUnix(join(daemon.folder, '1'), words);
    await daemon.says(/^EXIT: \S+\/1 /m);
  });
  expect(readings(calls.daemon)).toEqual([]);
  expect(calls.others.filter((call) => call.startsWith('read(0<UNIX') && call.includes(words))).toHaveLength(2);
});

test.skipIf(noTrace !== undefined)(
  'of clients of internal services: the worker reads, and only the worker',
  async () => {
    const calls = await traced([internal('echo', log), internal('discard', log)], async (daemon) => {
      for (const id of ['echo', 'discard']) await talk(await daemon.address(id), { send: words });
      for (const line of [/EXIT: echo/, /EXIT: discard/]) await daemon.file('service.log', line);
    });
    expect(readings(calls.daemon)).toEqual([]);
    expect(readings(calls.others).filter((call) => call.includes(words)).length).toBeGreaterThanOrEqual(2);
  },
);

test.skipIf(noTrace !== undefined)('of clients of tcpmux, up to the program that they ask for', async () => {
  const behind = service('behind', { ...log, type: 'TCPMUXPLUS UNLISTED', server: '/bin/cat' }).replace(
    /\tport.*\n/,
    '',
  );
  const calls = await traced([internal('tcpmux', log), behind], async (daemon) => {
    const address = await daemon.address('tcpmux');
    const client = await open(address);
    client.write('behind\r\n');
    await client.receive(/^\+/);
    client.socket.end(words);
    expect(await client.closed()).toMatch(new RegExp(`\n${words}$`));
    // The name that a client asks for is all that the worker tells of what it has read.
    await talk(address, { send: `unknown\r\n${words}` });
    await daemon.file('service.log', /EXIT: behind/);
  });
  expect(readings(calls.daemon)).toEqual([]);
  expect(readings(calls.others).filter((call) => call.includes('"behind'))).not.toEqual([]);
  expect(calls.others.filter((call) => call.startsWith('read(0<TCP') && call.includes(words))).toHaveLength(1);
});

test.skipIf(noTrace !== undefined)('of clients that are redirected, nor of their target', async () => {
  const passedOn = redirected('away', await target(repeat), log);
  const calls = await traced([passedOn], async (daemon) => {
    expect((await talk(await daemon.address('away'), { send: words })).text).toBe(words);
    await daemon.file('service.log', /EXIT: away/);
  });
  expect(readings(calls.daemon)).toEqual([]);
  expect(readings(calls.others)).not.toEqual([]);
});

test.skipIf(noTrace !== undefined)('of those who ask whose a connection is', async () => {
  const calls = await traced([internal('auth', { ...log, server_args: '-r' })], async (daemon) => {
    const answer = await talk(await daemon.address('auth'), { send: `1, 2 ${words}\r\n` });
    expect(answer.text).toBe('0 , 0 : ERROR : INVALID-PORT\r\n');
    await daemon.file('service.log', /EXIT: auth/);
  });
  expect(readings(calls.daemon)).toEqual([]);
  expect(readings(calls.others).filter((call) => call.includes(words))).not.toEqual([]);
});

test.skipIf(noTrace !== undefined)('of those who ask for metrics', async () => {
  const metrics = 'defaults\n{\n\tmetrics = tcp:127.0.0.1:0\n}\n';
  const calls = await traced([metrics], async (daemon) => {
    const request = `GET /metrics HTTP/1.1\r\nUser-Agent: ${words}\r\n\r\n`;
    expect((await talk(await daemon.address('metrics'), { send: request })).text).toContain('kinetd_services 1\n');
  });
  expect(readings(calls.daemon)).toEqual([]);
  expect(readings(calls.others).filter((call) => call.includes(words))).not.toEqual([]);
});

/** The program and what it is loaded with; what the system says about names, times and itself. */
const places = [
  root,
  dirname(process.execPath),
  '/lib',
  '/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/usr/share/zoneinfo',
  '/proc',
  '/sys',
  '/etc',
  // The name service, where nss-systemd(8) is part of it, asks here for users that passwd(5) does not have.
  '/run/userdb',
  '/run/host',
  '/run/systemd/userdb',
];
const files = ['/dev/null', '/dev/urandom', '/run', '/usr', '/usr/local'];

test.skipIf(noTrace !== undefined)(
  'and opens nothing that neither the configuration names nor the system has',
  async () => {
    let folder = '';
    const calls = await traced(
      [service('served', log), service('missing', { ...log, server: '/bin/true' })],
      async (daemon) => {
        ({ folder } = daemon);
        for (const id of ['served', 'missing']) await talk(await daemon.address(id), { send: words });
        await daemon.reload();
        await daemon.file('service.log', /EXIT: missing/);
      },
    );
    // A log is reached folder by folder, so that nobody else's link leads elsewhere.
    const known = [...files, join(folder, 'x.conf'), join(folder, 'service.log'), ...withParents(folder)];
    const paths = opened(calls.daemon);
    expect(paths).toContain(join(folder, 'x.conf'));
    expect(paths).toContain(join(folder, 'service.log'));
    const strange = paths.filter((path) => !known.includes(path) && !places.some((place) => within(path, place)));
    expect([...new Set(strange)]).toEqual([]);
  },
);

function within(path: string, place: string): boolean {
  return path === place || path.startsWith(place.endsWith('/') ? place : `${place}/`);
}

function withParents(folder: string): readonly string[] {
  return folder === '/' ? ['/'] : [folder, ...withParents(dirname(folder))];
}
