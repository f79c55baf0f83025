import { describe, expect, test } from 'vitest';

import {
  type AccessItem,
  type Definition,
  type InetdDialect,
  inetdDialects,
  type Settings,
} from '../../../src/config/definition.ts';
import { diagnose } from '../../../src/config/diagnostic/mod.ts';
import { codesOf, definition, inetdLines, onlyService, resolved, span } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const system = fakeSystem();
const everyone: AccessItem[] = (['inet', 'inet6'] as const).map((family) => ({
  kind: 'network',
  network: { family, address: family === 'inet' ? '0.0.0.0' : '::', prefix: 0, text: 'all' },
}));
const local: AccessItem = {
  kind: 'network',
  network: { family: 'inet', address: '127.0.0.0', prefix: 8, text: '127.0.0.0' },
};

describe('required attributes', () => {
  test('all that is missing is said in one diagnostic', async () => {
    const bare = definition('x', {
      type: undefined,
      socket_type: undefined,
      wait: undefined,
      user: undefined,
      server: undefined,
    });
    const { diagnostics, entries } = await resolved([bare], system);
    expect(diagnostics).toMatchObject([
      {
        code: 'missing-attribute',
        message: 'the service has no socket_type, no wait, no user, no server',
        service: 'x',
      },
    ]);
    expect(entries.map(({ state }) => state)).toEqual(['refused']);
  });

  test.each([
    [{ port: undefined }, 'port'],
    [{ socket_type: 'seqpacket' }, 'protocol'],
  ] as const)('%j lacks %s', async (settings, missing) => {
    const { diagnostics } = await resolved([definition('x', settings)], system);
    expect(diagnostics.map(({ message }) => message)).toContain(`the service has no ${missing}`);
  });
});

describe('which services are on', () => {
  const three = ['a', 'b', 'c'].map((name, index) =>
    definition(name, { port: 100 + index, id: name === 'b' ? 'Bee' : undefined }),
  );
  const states = async (defaults: object, definitions: readonly Definition[] = three): Promise<string[]> =>
    (await resolved(definitions, system, {}, defaults)).entries.map(({ state }) => state);

  test('disable = yes', async () => {
    expect(await states({}, [definition('a', { disable: true }), definition('b', { disable: false })])).toEqual([
      'disabled',
      'ready',
    ]);
  });

  test('enabled leaves those it names, by id, in any case', async () => {
    expect(await states({ enabled: ['bee'] })).toEqual(['disabled', 'ready', 'disabled']);
    expect(await states({ enabled: [] })).toEqual(['disabled', 'disabled', 'disabled']);
  });

  test('disabled takes out those it names, also when they are enabled', async () => {
    expect(await states({ disabled: ['bee'] })).toEqual(['ready', 'disabled', 'ready']);
    expect(await states({ enabled: ['a', 'bee'], disabled: ['a'] })).toEqual(['disabled', 'ready', 'disabled']);
  });

  test('enabled brings back neither a disabled nor a broken service', async () => {
    const broken = { ...definition('a'), errors: [diagnose('bad-number', span('port = x'), 'no number')] };
    expect(await states({ enabled: ['a', 'b'] }, [broken, definition('b', { disable: true })])).toEqual([
      'refused',
      'disabled',
    ]);
  });

  test('ids that no service has are a warning', async () => {
    const { diagnostics } = await resolved(three, system, {}, { enabled: ['a', 'nope'], disabled: ['gone'] });
    expect(diagnostics.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      ['unknown-service-id', 'warning', "enabled names 'nope', and no service has this id"],
      ['unknown-service-id', 'warning', "disabled names 'gone', and no service has this id"],
    ]);
  });

  test('lines of an inetd.conf are not concerned', async () => {
    expect(await states({ enabled: ['a'] }, [...three, ...inetdLines('9 stream tcp nowait root /bin/cat')])).toEqual([
      'ready',
      'disabled',
      'disabled',
      'ready',
    ]);
  });
});

describe('waiting', () => {
  test('a datagram program that does not wait has a server for each sender, which only root can give a socket', async () => {
    const nowait = [definition('x', { socket_type: 'dgram', wait: false })];
    expect(await codesOf(nowait, system)).toEqual([]);
    expect(await codesOf(inetdLines('9 dgram udp nowait root /bin/cat'), system)).toEqual([]);
    expect(await codesOf(inetdLines('/run/s dgram unix nowait root /bin/cat'), system)).toEqual([
      'datagram-needs-wait',
    ]);
    const notRoot = [definition('x', { socket_type: 'dgram', wait: false, user: 'alice' })];
    expect(await codesOf(notRoot, fakeSystem({ uid: 1000 }))).toContain('needs-root');
    const waiting = [definition('x', { socket_type: 'dgram', wait: true, user: 'alice' })];
    expect(await codesOf(waiting, fakeSystem({ uid: 1000 }))).not.toContain('needs-root');
  });

  test('senders can be forged, so there are at most 100 servers of one unless it says otherwise', async () => {
    const instances = async (settings: Settings): Promise<unknown> =>
      (await onlyService([definition('x', { socket_type: 'dgram', wait: false, ...settings })], system)).limits
        .instances;
    expect(await instances({})).toBe(100);
    expect(await instances({ instances: 7 })).toBe(7);
    expect(await instances({ instances: 'UNLIMITED' })).toBeUndefined();
    expect(await instances({ wait: true })).toBeUndefined();
  });

  test('a waiting stream service with an access list is refused, since the list could not be kept', async () => {
    expect(await codesOf([definition('x', { wait: true, only_from: [local] })], system)).toEqual(['peer-unknown']);
    expect(await codesOf([definition('x', { wait: true, only_from: [] })], system)).toEqual(['peer-unknown']);
    expect(await codesOf([definition('x', { wait: true, no_access: [local] })], system)).toEqual(['peer-unknown']);
  });

  test('unless the list admits everyone', async () => {
    expect(await codesOf([definition('x', { wait: true })], system)).toEqual([]);
    expect(await codesOf([definition('x', { wait: true, only_from: everyone, no_access: [] })], system)).toEqual([]);
    expect(await codesOf([definition('x', { wait: true, only_from: everyone.slice(0, 1) })], system)).toEqual([
      'peer-unknown',
    ]);
    expect(await codesOf([definition('x', { wait: true, only_from: everyone, no_access: [local] })], system)).toEqual([
      'peer-unknown',
    ]);
  });
});

test('a rate for each client of a waiting stream service is refused, since it could not be kept', async () => {
  const rate = { count: 1, periodSeconds: 1, burst: 1 };
  const network = { ...rate, prefixes: { inet: 24, inet6: 64 } };
  const codes = (settings: object): Promise<readonly string[]> => codesOf([definition('x', settings)], system);
  expect(await codes({ wait: true, rate_limit_source: rate })).toEqual(['peer-unknown']);
  expect(await codes({ wait: true, rate_limit_network: network })).toEqual(['peer-unknown']);
  expect(await codes({ wait: true, rate_limit: rate, rate_limit_source: 'UNLIMITED' })).toEqual([]);
  expect(await codes({ wait: true, socket_type: 'dgram', rate_limit_source: rate })).toEqual([]);
});

test('a queue is for services with instances that do not wait; a service that says otherwise is told', async () => {
  const queue = { places: 5, seconds: 5 };
  const resolved = async (settings: object): Promise<unknown> =>
    (await onlyService([definition('x', settings)], system)).limits.queue;
  const codes = (settings: object): Promise<readonly string[]> => codesOf([definition('x', settings)], system);
  expect(await resolved({ queue, instances: 3 })).toEqual(queue);
  expect(await codes({ queue, instances: 3 })).toEqual([]);
  expect(await resolved({ queue: { places: 0, seconds: 0 }, instances: 3 })).toBe(undefined);
  for (const settings of [{ queue }, { queue, instances: 'UNLIMITED' }, { queue, instances: 3, wait: true }]) {
    expect(await codes(settings)).toEqual(['no-effect']);
    expect(await resolved(settings)).toBe(undefined);
  }
});

describe('access', () => {
  test('absent, empty and given lists stay apart', async () => {
    const access = async (settings: object): Promise<unknown> =>
      (await onlyService([definition('x', settings)], system)).access;
    expect(await access({})).toEqual({
      onlyFrom: undefined,
      noAccess: [],
      names: undefined,
      hostsName: 'cat',
      times: undefined,
    });
    expect(await access({ only_from: [] })).toMatchObject({ onlyFrom: [] });
    expect(await access({ only_from: [local], no_access: [local], access_times: [{ from: 1, to: 2 }] })).toMatchObject({
      onlyFrom: [{ address: '127.0.0.0', prefix: 8 }],
      noAccess: [{ address: '127.0.0.0', prefix: 8 }],
      times: [{ from: 1, to: 2 }],
    });
  });

  test('names are kept in lower case, beside the addresses', async () => {
    const domain = { kind: 'domain', suffix: '.Example.org.' } as const;
    const host = { kind: 'host', name: 'Www.example.org' } as const;
    const service = await onlyService([definition('x', { only_from: [local, host], no_access: [domain] })], system);
    expect(service.access).toMatchObject({
      onlyFrom: [{ address: '127.0.0.0', prefix: 8 }],
      noAccess: [],
      names: {
        onlyFrom: [{ kind: 'host', name: 'www.example.org' }],
        noAccess: [{ kind: 'domain', name: 'example.org' }],
      },
    });
  });

  test('a name of networks(5) is its network, as far as it has no zeros at its end', async () => {
    const networks = { loopback: 0x7f000000, lab: 0xc0000200, host: 0xc0000207, default: 0 };
    const lists = Object.keys(networks).map((name) => ({ kind: 'host', name }) as const);
    const service = await onlyService([definition('x', { no_access: lists })], fakeSystem({ networks }));
    expect(service.access).toMatchObject({
      noAccess: [
        { address: '127.0.0.0', prefix: 8, text: 'loopback' },
        { address: '192.0.2.0', prefix: 24 },
        { address: '192.0.2.7', prefix: 32 },
        { address: '0.0.0.0', prefix: 0 },
      ],
      names: undefined,
    });
  });

  test('a waiting stream service with a name in its lists is refused too', async () => {
    const names = [{ kind: 'host', name: 'h' }] as const;
    expect(await codesOf([definition('x', { wait: true, no_access: names })], system)).toEqual(['peer-unknown']);
    const both = [...everyone, ...names];
    expect(await codesOf([definition('x', { wait: true, only_from: both })], system)).toEqual([]);
  });
});

describe('the name in hosts.allow and hosts.deny', () => {
  const nameOf = async (settings: object): Promise<string | undefined> =>
    (await onlyService([definition('x', settings)], system)).access.hostsName;

  test('is the last part of the program, or of argv[0]', async () => {
    expect(await nameOf({})).toBe('cat');
    const named = { flags: new Set(['NAMEINARGS']), server_args: ['/opt/in.catd', '-v'] };
    expect(await nameOf(named)).toBe('in.catd');
  });

  test('is what libwrap says', async () => {
    expect(await nameOf({ libwrap: 'Zz' })).toBe('Zz');
  });

  test('is none with NOLIBWRAP', async () => {
    expect(await nameOf({ flags: new Set(['NOLIBWRAP']), libwrap: 'zz' })).toBeUndefined();
  });

  test('of a line of inetd.conf is argv[0] as it stands, with -l and where the server gets a connection', async () => {
    const line = async (text: string, options: object = {}): Promise<string | undefined> =>
      (await onlyService(inetdLines(text), system, options)).access.hostsName;
    expect(await line('9 stream tcp nowait root /bin/cat /x/cat')).toBeUndefined();
    expect(await line('9 stream tcp nowait root /bin/cat /x/cat', { libwrap: 'debian' })).toBe('/x/cat');
    expect(await line('9 dgram udp wait root /bin/cat cat', { libwrap: 'debian' })).toBeUndefined();
    expect(await line('9 stream tcp wait root /bin/cat cat', { libwrap: 'debian' })).toBeUndefined();
  });

  test("of a line of NetBSD's is argv[0] without any option", async () => {
    const line = async (text: string, dialect: InetdDialect): Promise<string | undefined> =>
      (await onlyService(inetdLines(`# kinetd: dialect ${dialect}\n${text}`), system)).access.hostsName;
    for (const dialect of inetdDialects) {
      const asked = dialect === 'netbsd' ? 'me' : undefined;
      expect(await line('9 stream tcp nowait root /bin/cat me', dialect)).toBe(asked);
    }
    expect(await line('9 dgram udp wait root /bin/cat me', 'netbsd')).toBeUndefined();
    expect(await line('9 stream tcp wait root /bin/cat me', 'netbsd')).toBeUndefined();
    expect(await line('echo stream tcp nowait root internal', 'netbsd')).toBeUndefined();
  });

  test("of FreeBSD's -w is the program's file, for datagrams too, and of -W the service's name", async () => {
    const line = async (text: string, options: object): Promise<string | undefined> =>
      (await onlyService(inetdLines(text), system, options)).access.hostsName;
    for (const kind of ['stream tcp nowait', 'dgram udp wait']) {
      expect(await line(`9 ${kind} root /bin/cat me`, { libwrap: 'freebsd' })).toBe('cat');
      expect(await line(`echo ${kind} root internal`, { libwrap: 'freebsd' })).toBeUndefined();
      expect(await line(`echo ${kind} root internal`, { libwrapInternal: true })).toBe('echo');
    }
    expect(await line('9 stream tcp wait root /bin/cat cat', { libwrap: 'freebsd' })).toBeUndefined();
  });

  test('of a line through tcpd is the last component of argv[0], with or without -l and whatever its socket is', async () => {
    for (const libwrap of [undefined, 'debian', 'freebsd'] as const) {
      for (const kind of ['stream tcp nowait', 'stream tcp wait', 'dgram udp wait']) {
        const lines = inetdLines(`9 ${kind} root /usr/sbin/tcpd /bin/cat -u`);
        expect((await onlyService(lines, system, { libwrap })).access.hostsName, kind).toBe('cat');
      }
    }
    const unix = inetdLines('/run/s stream unix nowait root /usr/sbin/tcpd /bin/cat');
    expect((await onlyService(unix, system)).access.hostsName).toBeUndefined();
    expect(await codesOf(unix, system)).toEqual(['no-effect']);
  });
});

describe('limits', () => {
  test('of xinetd.conf', async () => {
    const limits = async (settings: object): Promise<object> =>
      (await onlyService([definition('x', settings)], system)).limits;
    expect(await limits({})).toEqual({
      instances: undefined,
      perSource: undefined,
      cps: { connections: 50, pauseSeconds: 10 },
      startsPerMinute: undefined,
      maxLoad: undefined,
    });
    expect(
      await limits({ instances: 3, per_source: 'UNLIMITED', cps: { connections: 0, pauseSeconds: 0 }, max_load: 2.5 }),
    ).toEqual({
      instances: 3,
      perSource: undefined,
      cps: undefined,
      startsPerMinute: undefined,
      maxLoad: 2.5,
    });
    expect(await limits({ cps: { connections: 5, pauseSeconds: 3 } })).toMatchObject({
      cps: { connections: 5, pauseSeconds: 3 },
    });
  });

  test('of inetd.conf', async () => {
    const starts = async (wait: string, options: object = {}): Promise<number | undefined> =>
      (await onlyService(inetdLines(`9 stream tcp ${wait} root /bin/cat`), system, options)).limits.startsPerMinute;
    expect([
      await starts('nowait'),
      await starts('nowait.7'),
      await starts('nowait', { startsPerMinute: 9 }),
      await starts('nowait', { startsPerMinute: 0 }),
    ]).toEqual([256, 7, 9, undefined]);
    expect((await onlyService(inetdLines('9 stream tcp nowait root /bin/cat'), system)).limits.cps).toBeUndefined();
  });
});

describe('socket options', () => {
  test('of xinetd.conf', async () => {
    const { socket } = await onlyService([definition('x', { flags: new Set(['KEEPALIVE', 'NODELAY']) })], system);
    expect(socket).toEqual({
      keepAlive: true,
      noDelay: true,
      backlog: 4096,
      sendBuffer: undefined,
      receiveBuffer: undefined,
    });
  });

  test('of inetd.conf', async () => {
    const socket = async (options: object): Promise<object> =>
      (await onlyService(inetdLines('9 stream tcp,sndbuf=1k,rcvbuf=2k nowait root /bin/cat'), system, options)).socket;
    expect(await socket({})).toEqual({
      keepAlive: false,
      noDelay: false,
      backlog: 128,
      sendBuffer: 1024,
      receiveBuffer: 2048,
    });
    expect(await socket({ backlog: 10 })).toMatchObject({ backlog: 10 });
  });
});

describe('logs', () => {
  const file = { kind: 'file', path: '/var/log/x', softLimit: undefined, hardLimit: undefined } as const;

  test('without log_type a service logs nothing', async () => {
    const { logging } = await onlyService([definition('x', { log_on_success: new Set(['HOST', 'PID']) })], system);
    expect(logging.sink).toBeUndefined();
    expect([...logging.onSuccess]).toEqual(['HOST', 'PID']);
    expect([...logging.onFailure]).toEqual([]);
  });

  test("a service's own log is its own", async () => {
    expect((await onlyService([definition('x', { log_type: file })], system)).logging.sink).toEqual({
      ...file,
      shared: false,
    });
    const syslog = { kind: 'syslog', facility: 'daemon', level: 'info' } as const;
    expect((await onlyService([definition('x', { log_type: syslog })], system)).logging.sink).toEqual(syslog);
  });
});
