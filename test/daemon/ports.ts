/**
 * Ports for tests that have to name one before the daemon has it (a reload, an inetd.conf, a taken port).
 *
 * They lie below the range from which the kernel takes ports for clients. A port is reserved by an abstract Unix
 * socket of its number for as long as this process lives, so that tests in other processes take other ones.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const first = 10_000;
const count = 15_000;

/** A port that nobody has, for TCP and UDP, IPv4 and IPv6. */
export async function fixedPort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
}

/** The first of so many ports in a row that nobody has. */
export async function fixedRange(length: number): Promise<number> {
  for (;;) {
    const low = await fixedPort();
    let free = 1;
    while (free < length && (await reserve(low + free)) && (await isFree(low + free))) free++;
    if (free === length) return low;
  }
}

function reserve(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(`\0kinetd-test-port-${port}`, () => {
      server.unref();
      resolve(true);
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket('udp4');
  try {
    tcp.listen({ port, host: '0.0.0.0' });
    await once(tcp, 'listening');
    udp.bind(port);
    await once(udp, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    tcp.close();
    udp.close();
  }
}
