/** listen: every socket of a service in one line. */
import { describe, expect, test } from 'vitest';

import type { ListenItem } from '../../../src/config/definition.ts';
import { defaultOptions } from '../../../src/config/resolve/mod.ts';
import { resolveDefinitions } from '../../../src/config/resolve/resolve.ts';
import { codesOf, definition, onlyService, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const system = fakeSystem({
  services: { 'http/tcp': 80 },
  hosts: { 'both.example': ['192.0.2.7', '2001:db8::7'] },
  devices: { eth1: { state: 'bindable' } },
});

type Overrides = NonNullable<Parameters<typeof definition>[1]>;

const tcp = (place: string | undefined, low: number, high = low): ListenItem => ({
  transport: 'tcp',
  place,
  ports: { low, high },
});
const unix = (path: string): ListenItem => ({ transport: 'unix', path });

function listening(listen: readonly ListenItem[], more: Overrides = {}) {
  return definition('x', { port: undefined, type: undefined, socket_type: undefined, listen, ...more });
}

describe('endpoints', () => {
  test('addresses, devices, hosts and ranges of ports, each with a socket', async () => {
    const { endpoints, protocol, socketType } = await onlyService(
      [listening([tcp('192.0.2.1', 9000, 9002), tcp('eth1', 81), tcp('both.example', 82), tcp(undefined, 0)])],
      system,
    );
    expect([protocol.name, socketType]).toEqual(['tcp', 'stream']);
    expect(endpoints.map(({ address, device, port }) => `${device ?? address} ${port}`)).toEqual([
      '192.0.2.1 9000',
      '192.0.2.1 9001',
      '192.0.2.1 9002',
      'eth1 81',
      '192.0.2.7 82',
      ':: 0',
    ]);
  });

  test('a port may be a name of services(5)', async () => {
    const { endpoints } = await onlyService(
      [listening([{ transport: 'tcp', place: undefined, ports: 'http' }])],
      system,
    );
    expect(endpoints[0]?.port).toBe(80);
    const unknown = listening([{ transport: 'udp', place: undefined, ports: 'http' }], { wait: true });
    expect(await codesOf([unknown], system)).toEqual(['unknown-port']);
  });

  test('Unix sockets beside those of TCP, for their owner alone where nothing is said', async () => {
    const { endpoints } = await onlyService([listening([tcp(undefined, 80), unix('/run/x')])], system);
    expect(endpoints[1]).toMatchObject({
      family: 'unix',
      address: '/run/x',
      mode: 0o600,
      uid: undefined,
      gid: undefined,
    });
    const { endpoints: owned } = await onlyService(
      [listening([unix('/run/x')], { socket_owner: 'alice', socket_group: 'staff', socket_mode: 0o660 })],
      system,
    );
    expect(owned[0]).toMatchObject({ mode: 0o660, uid: 1000, gid: 50 });
  });

  test('a service of Unix sockets alone has the socket type that it says', async () => {
    const sockets = { socket_type: 'seqpacket' } as const;
    expect(await onlyService([listening([unix('/run/x')], sockets)], system)).toMatchObject({
      socketType: 'seqpacket',
      protocol: { name: 'unix', number: 0 },
    });
  });

  test('a bind in defaults is not for it', async () => {
    const bind = ['127.0.0.1'];
    const service = listening([tcp(undefined, 80)], { bind });
    const inherited = definition('y', { bind });
    const spans = new Map([...service.spans, ['bind' as const, inherited.spans.get('bind') ?? service.span]]);
    const defaults = {
      settings: { bind },
      spans: new Map([['bind' as const, inherited.spans.get('bind') ?? service.span]]),
      listSpans: new Map(),
    };
    const { diagnostics } = await resolveDefinitions([{ ...service, spans }], defaults, system, defaultOptions);
    expect(diagnostics).toEqual([]);
  });

  test('what is named twice counts once', async () => {
    const { diagnostics } = await resolved([listening([tcp('192.0.2.1', 80), tcp('192.0.2.1', 80)])], system);
    expect(diagnostics).toMatchObject([{ code: 'address-repeated', severity: 'warning' }]);
  });
});

test('an address that another word takes in is refused', async () => {
  const overlapping = listening([tcp(undefined, 80), tcp('192.0.2.1', 80), tcp('192.0.2.1', 81)]);
  expect(await codesOf([overlapping], system)).toEqual(['address-covered']);
});

test('IDONLY does not go with a Unix socket, whose clients no ident server knows', async () => {
  const asked = { flags: new Set(['IDONLY'] as const) };
  expect(await codesOf([listening([tcp(undefined, 80), unix('/run/x')], asked)], system)).toContain('ident-misfit');
});

test.each<[string, Overrides]>([
  ['port', { port: 1 }],
  ['bind', { bind: ['127.0.0.1'] }],
  ['a protocol that is another', { protocol: 'udp' }],
  ['the type RPC', { type: new Set(['RPC']), rpc_version: { low: 1, high: 1 }, protocol: 'tcp' }],
  ['socket_mode without a Unix socket', { socket_mode: 0o600 }],
])('%s does not go with it', async (_, settings) => {
  expect(await codesOf([listening([tcp(undefined, 80)], settings)], system)).toContain('listen-clash');
});

test.each<[string, readonly ListenItem[], Overrides]>([
  ['tcp and udp', [tcp(undefined, 80), { transport: 'udp', place: undefined, ports: { low: 80, high: 80 } }], {}],
  ['tcp, and a Unix socket of datagrams', [tcp(undefined, 80), unix('/run/x')], { socket_type: 'seqpacket' }],
])('%s are two services', async (_, items, settings) => {
  expect(await codesOf([listening(items, settings)], system)).toContain('listen-clash');
});

test('buffers and the queue of the kernel', async () => {
  const { socket } = await onlyService(
    [listening([tcp(undefined, 80)], { backlog: 7, sndbuf: 4096, rcvbuf: 8192 })],
    system,
  );
  expect(socket).toMatchObject({ backlog: 7, sendBuffer: 4096, receiveBuffer: 8192 });
});
