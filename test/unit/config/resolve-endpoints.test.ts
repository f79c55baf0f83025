import { describe, expect, test } from 'vitest';

import type { ServiceFlag } from '../../../src/config/definition.ts';
import { codesOf, definition, inetdLines, onlyService, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const system = fakeSystem({
  hosts: { both: ['192.0.2.1', '2001:db8::1'], six: ['2001:db8::6'] },
  services: { 'echo/tcp': 7, 'tftp/udp': 69 },
  devices: {
    eth0: { state: 'bindable' },
    eth1: { state: 'bindable' },
    shut: { state: 'refused', why: 'Operation not permitted' },
  },
});

describe('family and address of an xinetd service', () => {
  const flags = (...words: ServiceFlag[]): ReadonlySet<ServiceFlag> => new Set(words);
  test.each([
    ['nothing said', {}, 'inet6 :: dual-or-inet'],
    ['IPv4', { flags: flags('IPv4') }, 'inet 0.0.0.0 only'],
    ['IPv6', { flags: flags('IPv6') }, 'inet6 :: dual'],
    ['both flags', { flags: flags('IPv4', 'IPv6') }, 'inet6 :: dual-or-inet'],
    ['v6only', { v6only: true }, 'inet6 :: only'],
    ['v6only = no means no', { v6only: false }, 'inet6 :: dual-or-inet'],
    ['bind IPv4', { bind: ['127.0.0.1'] }, 'inet 127.0.0.1 only'],
    ['bind IPv4 in short', { bind: ['127.1'] }, 'inet 127.0.0.1 only'],
    ['bind IPv6', { bind: ['0:0::1'] }, 'inet6 ::1 only'],
    ['bind ::', { bind: ['::'] }, 'inet6 :: dual'],
    ['bind with scope', { bind: ['fe80::1%eth0'] }, 'inet6 fe80::1%eth0 only'],
    ['bind mapped', { bind: ['::ffff:127.0.0.1'] }, 'inet 127.0.0.1 only'],
    ['bind a host', { bind: ['both'] }, 'inet 192.0.2.1 only'],
    ['bind a host with IPv6', { bind: ['both'], flags: flags('IPv6') }, 'inet6 2001:db8::1 only'],
    ['bind a host that has one family', { bind: ['six'] }, 'inet6 2001:db8::6 only'],
    ['bind a device', { bind: ['eth0'] }, 'inet6 :: dual-or-inet'],
    ['bind a device with IPv4', { bind: ['eth0'], flags: flags('IPv4') }, 'inet 0.0.0.0 only'],
    ['bind a device with IPv6', { bind: ['eth0'], flags: flags('IPv6') }, 'inet6 :: dual'],
    ['bind a device with v6only', { bind: ['eth0'], v6only: true }, 'inet6 :: only'],
    ['bind :: with v6only', { bind: ['::'], v6only: true }, 'inet6 :: only'],
    ['IPv4 with v6only', { flags: flags('IPv4'), v6only: true }, 'inet 0.0.0.0 only'],
    ['IPv6 with v6only', { flags: flags('IPv6'), v6only: true }, 'inet6 :: only'],
  ])('%s', async (_, settings, expected) => {
    const { endpoints } = await onlyService([definition('x', settings)], system);
    expect(endpoints.map(({ family, address, stack }) => `${family} ${address} ${stack}`)).toEqual([expected]);
  });

  test.each([
    ['a host without addresses', { bind: ['nowhere'] }, 'name-not-resolved'],
    ['a device that is not there', { bind: ['eth9'] }, 'name-not-resolved'],
    ['a device that may not be bound to', { bind: ['shut'] }, 'device-not-bindable'],
    [
      'an IPv4 and an IPv6 address with the flag IPv6',
      { bind: ['::1', '127.0.0.1'], flags: flags('IPv6') },
      'family-mismatch',
    ],
    ['an address and all addresses', { bind: ['127.0.0.1', '0.0.0.0'] }, 'address-covered'],
    ['all addresses twice', { bind: ['::', '0.0.0.0'] }, 'address-covered'],
    ['a device and an address', { bind: ['eth0', '127.0.0.1'] }, 'address-covered'],
    ['an IPv4 address and the flag IPv6', { bind: ['127.0.0.1'], flags: flags('IPv6') }, 'family-mismatch'],
    ['an IPv6 address and the flag IPv4', { bind: ['::1'], flags: flags('IPv4') }, 'family-mismatch'],
  ])('refused: %s', async (_, settings, code) => {
    expect(await codesOf([definition('x', settings)], system)).toEqual([code]);
  });
});

describe('several places', () => {
  const places = async (settings: object): Promise<string[]> =>
    (await onlyService([definition('x', settings)], system)).endpoints.map(
      ({ address, device, stack, port }) => `${device ?? address} ${stack} ${port}`,
    );

  test('each has a socket, in the order of the text', async () => {
    expect(await places({ bind: ['127.0.0.1', '::1', 'both'] })).toEqual([
      '127.0.0.1 only 47001',
      '::1 only 47001',
      '192.0.2.1 only 47001',
    ]);
    expect(await places({ bind: ['eth0', 'eth1'] })).toEqual(['eth0 dual-or-inet 47001', 'eth1 dual-or-inet 47001']);
    expect(await places({ bind: ['0.0.0.0', '::'], v6only: true })).toEqual(['0.0.0.0 only 47001', ':: only 47001']);
  });

  test('two words for one address: one socket and a warning', async () => {
    expect(await places({ bind: ['192.0.2.1', 'both'] })).toEqual(['192.0.2.1 only 47001']);
    expect(await codesOf([definition('x', { bind: ['192.0.2.1', 'both'] })], system)).toEqual(['address-repeated']);
  });

  test('a name that is a device is not asked for in the name service', async () => {
    const asking = fakeSystem({ devices: { eth0: { state: 'bindable' } } });
    await resolved([definition('x', { bind: ['eth0'] })], asking);
    expect(asking.asked.filter((question) => question.startsWith('host'))).toEqual([]);
  });
});

describe('port', () => {
  test('a listed service takes it from services(5)', async () => {
    const { endpoints } = await onlyService([definition('echo', { type: undefined, port: undefined })], system);
    expect(endpoints.map(({ port }) => port)).toEqual([7]);
  });

  test('a port is enough for a name that services(5) does not know', async () => {
    const { endpoints } = await onlyService([definition('mine', { type: undefined, port: 4000 })], system);
    expect(endpoints.map(({ port }) => port)).toEqual([4000]);
  });

  test('neither port nor a known name is refused, with a word on what to write', async () => {
    const { diagnostics } = await resolved([definition('mine', { type: undefined, port: undefined })], system);
    const help = "write port = N, or give /etc/services a line 'mine N/tcp'";
    expect(diagnostics).toMatchObject([{ code: 'unknown-port', help, service: 'mine' }]);
  });

  test('services(5) of the other protocol does not count', async () => {
    expect(await codesOf([definition('tftp', { type: undefined, port: undefined })], system)).toEqual(['unknown-port']);
  });

  test('a port other than the listed one is refused unless the service is UNLISTED', async () => {
    expect(await codesOf([definition('echo', { type: undefined, port: 8 })], system)).toEqual(['port-disagrees']);
    const { endpoints } = await onlyService([definition('echo', { port: 8 })], system);
    expect(endpoints.map(({ port }) => port)).toEqual([8]);
  });
});

describe('protocol and socket type', () => {
  test.each([
    [{ socket_type: 'stream' }, 'stream tcp 6'],
    [{ socket_type: 'dgram', wait: true }, 'dgram udp 17'],
    [{ socket_type: undefined, protocol: 'tcp' }, 'stream tcp 6'],
    [{ socket_type: undefined, protocol: 'udp', wait: true }, 'dgram udp 17'],
    [{ protocol: 'TCP' }, 'stream tcp 6'],
  ] as const)('%j', async (settings, expected) => {
    const { socketType, protocol } = await onlyService([definition('x', settings)], system);
    expect(`${socketType} ${protocol.name} ${protocol.number}`).toBe(expected);
  });

  test.each([
    [{ protocol: 'nonsense' }, 'unknown-protocol'],
    [{ protocol: 'udp' }, 'protocol-mismatch'],
    [{ protocol: 'sctp' }, 'unserved-socket'],
    [{ socket_type: 'raw', protocol: 'icmp' }, 'unserved-socket'],
    [{ socket_type: 'raw', protocol: 'tcp' }, 'unserved-socket'],
    [{ socket_type: 'seqpacket', protocol: 'tcp' }, 'unserved-socket'],
  ] as const)('refused: %j', async (settings, code) => {
    expect(await codesOf([definition('x', settings)], system)).toEqual([code]);
  });
});

describe('sockets of an inetd line', () => {
  test.each([
    ['9000 stream tcp', ['0.0.0.0 only', ':: only implied']],
    ['9000 stream tcp4', ['0.0.0.0 only']],
    ['9000 stream tcp6', [':: only']],
    ['9000 stream tcp46', [':: dual']],
    ['127.0.0.1:9000 stream tcp', ['127.0.0.1 only']],
    ['[::1]:9000 stream tcp', ['::1 only']],
    ['127.0.0.1,::1:9000 stream tcp', ['127.0.0.1 only', '::1 only']],
    ['both:9000 stream tcp', ['192.0.2.1 only', '2001:db8::1 only']],
    ['both:9000 stream tcp6', ['2001:db8::1 only']],
    ['*,127.0.0.1:9000 stream tcp4', ['0.0.0.0 only', '127.0.0.1 only']],
    ['9000 dgram udp', ['0.0.0.0 only', ':: only implied']],
  ])('%s', async (line, expected) => {
    const { endpoints } = await onlyService(inetdLines(`${line} wait root /bin/cat`), system);
    expect(endpoints.map((end) => `${end.address} ${end.stack}${end.implied ? ' implied' : ''}`)).toEqual(expected);
    expect(new Set(endpoints.map(({ port }) => port))).toEqual(new Set([9000]));
  });

  test.each([
    ['127.0.0.1:9000 stream tcp6', 'family-mismatch'],
    ['six:9000 stream tcp4', 'family-mismatch'],
    ['nowhere:9000 stream tcp', 'name-not-resolved'],
    ['nothing-listed stream tcp', 'unknown-port'],
  ])('refused: %s', async (line, code) => {
    expect(await codesOf(inetdLines(`${line} wait root /bin/cat`), system)).toEqual([code]);
  });

  test('a name of services(5) gives the port', async () => {
    const { endpoints } = await onlyService(inetdLines('echo stream tcp4 nowait root /bin/cat'), system);
    expect(endpoints.map(({ port }) => port)).toEqual([7]);
  });
});

describe('two services with one address', () => {
  const at = (name: string, settings: object): ReturnType<typeof definition> =>
    definition(name, { port: 5000, ...settings });

  test('the later one is refused, and told who has it', async () => {
    const { entries, diagnostics } = await resolved(
      [at('a', { bind: ['127.0.0.1'] }), at('b', { bind: ['127.0.0.1'] })],
      system,
    );
    expect(entries.map(({ id, state }) => `${id} ${state}`)).toEqual(['a ready', 'b refused']);
    expect(diagnostics).toMatchObject([
      {
        code: 'duplicate-address',
        service: 'b',
        message: expect.stringContaining('127.0.0.1:5000/tcp belongs to the service a'),
      },
    ]);
  });

  test('a refused service takes no address from a third', async () => {
    const { entries } = await resolved(
      [
        at('a', { bind: ['127.0.0.1'] }),
        definition('b', { bind: ['127.0.0.1'], server: '/nowhere' }),
        at('c', { bind: ['127.0.0.2'] }),
      ],
      system,
    );
    expect(entries.map(({ id, state }) => `${id} ${state}`)).toEqual(['a ready', 'b refused', 'c ready']);
  });

  test.each([
    ['other addresses', [{ bind: ['127.0.0.1'] }, { bind: ['127.0.0.2'] }], []],
    ['other protocols', [{}, { socket_type: 'dgram', wait: true }], []],
    ['other families', [{ v6only: true }, { flags: new Set(['IPv4']) }], []],
    ['the kernel chooses both', [{ port: 0 }, { port: 0 }], []],
    ['both families and IPv4', [{}, { flags: new Set(['IPv4']) }], ['duplicate-address']],
    ['a wildcard and an address', [{}, { bind: ['127.0.0.1'] }], ['overlapping-address']],
    ['an address and a wildcard', [{ bind: ['::1'] }, {}], ['overlapping-address']],
    ['two devices', [{ bind: ['eth0'] }, { bind: ['eth1'] }], []],
    ['one device', [{ bind: ['eth0'] }, { bind: ['eth0'] }], ['duplicate-address']],
    ['a device and an address', [{ bind: ['eth0'] }, { bind: ['127.0.0.1'] }], ['overlapping-address']],
    ['a device and all addresses', [{ bind: ['eth0'] }, {}], ['overlapping-address']],
  ])('%s', async (_, [first, second], codes) => {
    const { diagnostics } = await resolved([at('a', first ?? {}), at('b', second ?? {})], system);
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test('same ids on other ports both run', async () => {
    const { entries } = await resolved([definition('a', { port: 1 }), definition('a', { port: 2 })], system);
    expect(entries.map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  test('the implied half of an inetd line gives way without a word', async () => {
    const lines = inetdLines('echo stream tcp nowait root /bin/cat\necho stream tcp6 nowait root /bin/sh\n');
    for (const order of [lines, lines.toReversed()]) {
      const { entries, diagnostics } = await resolved(order, system);
      expect(diagnostics).toEqual([]);
      const addresses = entries.map(
        (entry) => entry.state === 'ready' && entry.service.endpoints.map(({ address }) => address),
      );
      expect(new Set(addresses.flat())).toEqual(new Set(['0.0.0.0', '::']));
    }
  });
});
