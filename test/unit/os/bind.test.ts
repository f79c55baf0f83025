/** Binding and socket options: what is understood, what is refused, and with which error. */
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';

import {
  bindInternet,
  closeDescriptor,
  type Descriptor,
  listen,
  localAddress,
  openSocket,
  SystemError,
  setSocketOption,
} from '../../../src/os/mod.ts';

const open: Descriptor[] = [];
afterEach(() => {
  for (const descriptor of open.splice(0)) closeDescriptor(descriptor);
});

function socket(family: 'inet' | 'inet6', type: 'stream' | 'dgram' = 'stream'): Descriptor {
  const descriptor = openSocket({ family, type, protocol: 0, nonBlocking: true });
  open.push(descriptor);
  return descriptor;
}

/** A link-local address of this machine with the interface it belongs to. */
const linkLocal = Object.entries(networkInterfaces())
  .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
  .find((address) => address.family === 'IPv6' && address.address.startsWith('fe80:'));

test('port 0 lets the kernel choose, and localAddress tells', () => {
  const descriptor = socket('inet');
  bindInternet(descriptor, 'inet', '127.0.0.1', 0);
  expect(localAddress(descriptor)).toEqual({ address: '127.0.0.1', port: expect.any(Number) });
  expect(localAddress(descriptor).port).toBeGreaterThan(0);
});

test('a port in use is a SystemError with code, errno and call', () => {
  const first = socket('inet');
  bindInternet(first, 'inet', '127.0.0.1', 0);
  listen(first, 1);
  const bind = (): void => bindInternet(socket('inet'), 'inet', '127.0.0.1', localAddress(first).port);
  expect(bind).toThrow(SystemError);
  expect(bind).toThrow(
    expect.objectContaining({ code: 'EADDRINUSE', errno: 98, syscall: 'bind', name: 'SystemError' }),
  );
});

test.each(['', 'localhost', '127.0.0.1.', '127.1', '::1', '300.0.0.1', '127.0.0.1%lo'])(
  '%j is no IPv4 address',
  (text) => {
    expect(() => bindInternet(socket('inet'), 'inet', text, 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  },
);

test.each(['', '127.0.0.1', ':::', '1:2', 'x'.repeat(100)])('%j is no IPv6 address', (text) => {
  expect(() => bindInternet(socket('inet6'), 'inet6', text, 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

test('an unknown scope is ENODEV', () => {
  for (const scope of ['no-such-if', '', '0', '12x', '99999999999'])
    expect(() => bindInternet(socket('inet6'), 'inet6', `fe80::1%${scope}`, 0)).toThrow(
      expect.objectContaining({ code: 'ENODEV' }),
    );
});

test('a scope is understood by name and by number, and shown by name', (context) => {
  if (linkLocal?.family !== 'IPv6') return context.skip('needs an interface with a link-local IPv6 address');
  for (const scope of [linkLocal.name, linkLocal.scopeid]) {
    const descriptor = socket('inet6');
    bindInternet(descriptor, 'inet6', `${linkLocal.address}%${scope}`, 0);
    expect(localAddress(descriptor).address).toBe(`${linkLocal.address}%${linkLocal.name}`);
  }
});

test('binding to a multicast address joins its group', async (context) => {
  const { readFileSync } = await import('node:fs');
  const descriptor = socket('inet', 'dgram');
  try {
    bindInternet(descriptor, 'inet', '224.0.0.253', 0);
  } catch (error) {
    if (error instanceof SystemError && error.code === 'ENODEV') return context.skip('needs a route for multicast');
    throw error;
  }
  // The group in /proc/net/igmp is hexadecimal in the machine's byte order.
  expect(readFileSync('/proc/net/igmp', 'utf8')).toMatch(/FD0000E0|E00000FD/);
});

test('options are set and refused as the kernel says', () => {
  const stream = socket('inet');
  for (const option of ['reuseAddress', 'keepAlive', 'noDelay'] as const) setSocketOption(stream, option, true);
  for (const option of ['sendBuffer', 'receiveBuffer'] as const) setSocketOption(stream, option, 65536);
  expect(() => setSocketOption(stream, 'v6Only', true)).toThrow(expect.objectContaining({ syscall: 'setsockopt' }));
  expect(() => setSocketOption(socket('inet', 'dgram'), 'noDelay', true)).toThrow(SystemError);
});

test('a closed descriptor is EBADF for every call', () => {
  const descriptor = openSocket({ family: 'inet', type: 'stream', protocol: 0, nonBlocking: false });
  closeDescriptor(descriptor);
  const calls = [
    (): void => closeDescriptor(descriptor),
    (): void => listen(descriptor, 1),
    (): void => bindInternet(descriptor, 'inet', '127.0.0.1', 0),
    (): unknown => localAddress(descriptor),
  ];
  for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: 'EBADF' }));
});
