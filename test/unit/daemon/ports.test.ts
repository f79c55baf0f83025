/** The listeners of a service: what is left of earlier troubles when a reload brings them up. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

import { Estate } from '../../../src/daemon/inheritance.ts';
import { Ports } from '../../../src/daemon/ports.ts';
import { type ListenerObserver, PassedSockets } from '../../../src/listener/mod.ts';
import { serviceOf } from './service.ts';

const nobody: ListenerObserver = { onConnections() {}, onPending() {}, onAcceptFailure() {} };

/** Goes over to a text without anybody else who moves. */
function update(ports: Ports, port: number): void {
  const change = ports.prepare(serviceOf('a', { port }), new Estate().inheritanceOf({}));
  change.take();
  change.settle();
}

afterEach(() => {
  vi.useRealTimers();
});

async function takenPort(): Promise<{ other: Server; port: number }> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  return { other, port: (other.address() as AddressInfo).port };
}

function portsOf(port: number): { ports: Ports; messages: string[] } {
  const messages: string[] = [];
  const log = { write: (_: string, message: string) => void messages.push(message), reopen() {} };
  const ports = new Ports(serviceOf('a', { port }), nobody, log, new PassedSockets([], () => {}));
  onTestFinished(() => ports.close());
  return { ports, messages };
}

test('a reload that gets the address at last leaves no attempt for later', async () => {
  const { other, port } = await takenPort();
  const { ports } = portsOf(port);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  update(ports, port);
  expect(ports.open).toBe(0);
  expect(vi.getTimerCount()).toBe(1);
  other.close();
  await once(other, 'close');
  update(ports, port);
  expect(ports.open).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(120_000);
  expect(ports.open).toBe(1);
});
